import ArgumentParser
import CampaignDomain
import CampaignEngine

struct ResumePointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume-point",
        abstract: "Tell what a start would do now, and why, without doing it.",
        discussion: """
            Example:
              campaign resume-point spring-2026
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let reader = try journal.reader()
        let view = ResumePointView(point: try reader.resumePoint(try reader.job(job.job)))
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(view.json)
        } else {
            for line in view.sentences { try output.line(Sanitised.line(line)) }
        }
        try output.flush()
    }
}
