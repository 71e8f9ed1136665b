import ArgumentParser
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented sample campaign that runs as it is.",
        discussion: """
            Writes campaign.yaml, recipients.csv, message.txt and message.html. The sample delivers to a drop \
            directory, so that nothing leaves the machine. Files that exist are never overwritten.

            Example:
              campaign init spring && campaign run spring/campaign.yaml
            """)

    @Argument(help: ArgumentHelp("Where to write it; made if missing.", valueName: "dir"))
    var directory = "."

    func run() throws {
        for name in SampleCampaign.files.map(\.name) {
            let path = CampaignFile.resolve(name, in: directory)
            guard !FileManager.default.fileExists(atPath: path) else {
                throw CLIError(
                    .journalCannotBeCreated, "file exists", at: path,
                    remedy: "nothing was written; choose another directory")
            }
        }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw CLIError(
                .journalCannotBeCreated, "directory cannot be made", at: directory, remedy: "check its permissions")
        }
        var output = OutputStream.standardOutput()
        for file in SampleCampaign.files {
            let path = CampaignFile.resolve(file.name, in: directory)
            do {
                try Data(file.text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            } catch {
                throw CLIError(
                    .journalCannotBeCreated, "file cannot be written", at: path, remedy: "check permissions and space")
            }
            try output.line("wrote \(Sanitised.line(path))")
        }
        let manifest = Sanitised.line(CampaignFile.resolve("campaign.yaml", in: directory))
        try output.line("Next: campaign check \(manifest) && campaign run \(manifest)")
        try output.flush()
    }
}
