import ArgumentParser
import CampaignEngine
import Foundation

@main
struct Campaign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign",
        abstract: "Sends personalised mail to a list, and never forgets where it was.",
        discussion: """
            Everything is kept in a journal: a directory with an event log. A run that was interrupted goes on at the \
            exact place, and nobody gets a second copy.

            Example:
              campaign init spring && campaign run spring/campaign.yaml

            The journal is --journal DIR, else $CAMPAIGN_JOURNAL, else `campaign.journal` beside the campaign file, \
            else ./campaign.journal.

            Exit codes: 0 done; 2 done, some in doubt are held; 64 usage; 65 bad input or corrupt log; 66 input not \
            found; 69 every endpoint removed (recoverable); 70 unexpected; 73 cannot be created; 74 cannot be \
            written; 75 stopped, paused or interrupted: run again; 77 journal in use or of another host.
            """,
        version: CampaignEngine.version,
        groupedSubcommands: [
            CommandGroup(
                name: "Sending",
                subcommands: [
                    InitCommand.self, CheckCommand.self, PreviewCommand.self, RunCommand.self, ResumeCommand.self,
                    PauseCommand.self, UnpauseCommand.self, AbortCommand.self, EndpointsCommand.self,
                ]),
            CommandGroup(
                name: "Looking",
                subcommands: [
                    JobsCommand.self, StatusCommand.self, LogCommand.self, WhyCommand.self, ReplayCommand.self,
                    ResumePointCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Deciding and proving",
                subcommands: [InDoubtCommand.self, AuditCommand.self, VerifyCommand.self, HeadCommand.self]),
        ])

    static func main() async {
        // A reader of our output that has gone away is noticed at the write; a peer's closed socket likewise.
        _ = signal(SIGPIPE, SIG_IGN)
        let status = await CommandRunner.run(Array(CommandLine.arguments.dropFirst()))
        Foundation.exit(status)
    }
}
