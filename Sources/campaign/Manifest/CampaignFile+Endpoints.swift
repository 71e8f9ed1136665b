import CampaignEndpoints
import CampaignEngine

extension CampaignFile {
    /// The endpoints to send through: those given on the command line, relative to the working directory, or else the
    /// file's own, relative to it. An error in the file's own is pinned to its line.
    func endpoints(overriddenBy urls: [String]) throws(CLIError) -> [any Endpoint] {
        guard urls.isEmpty else {
            do {
                return try StandardEndpoints.make(urls, relativeTo: ".")
            } catch {
                throw CLIError(error)
            }
        }
        guard !manifest.endpoints.isEmpty else {
            throw CLIError(
                .badInput, "no endpoints", at: path, remedy: "add `endpoints: [dir:outbox]`, or give --endpoint URL")
        }
        var made: [any Endpoint] = []
        for url in manifest.endpoints {
            do {
                made += try StandardEndpoints.make([url.value], relativeTo: directory)
            } catch {
                var failure = CLIError(error)
                failure.place = url.place
                throw failure
            }
        }
        return made
    }
}
