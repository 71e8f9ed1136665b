import CampaignEndpoints
import CampaignEngine
import CampaignManifest
import Foundation

extension CampaignFile {
    /// The endpoints to send through: those given on the command line, relative to the working directory, or else the
    /// file's own, relative to it; an error in one of those is pinned to its line. The log keeps them absolute, so that
    /// a resume from elsewhere finds them.
    func endpoints(overriddenBy urls: [String]) throws(CLIError) -> [any Endpoint] {
        guard urls.isEmpty else {
            return try Self.endpoints(urls)
        }
        guard !manifest.endpoints.isEmpty else {
            throw CLIError(
                .badInput, "no endpoints", at: path, remedy: "add `endpoints: [dir:outbox]`, or give --endpoint URL")
        }
        let directory = URL(fileURLWithPath: directory).standardizedFileURL.path
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
    /// Endpoints given on the command line.
    static func endpoints(_ urls: [String]) throws(CLIError) -> [any Endpoint] {
        do {
            return try StandardEndpoints.make(urls, relativeTo: FileManager.default.currentDirectoryPath)
        } catch {
            throw CLIError(error)
        }
    }
}
