import ArgumentParser
import CampaignDomain

/// Folds the same campaign again and again, from memory.
struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold", abstract: "Folds a finished campaign's frames from memory, without a journal.")

    @Option(help: "Recipients; each has a claim and an outcome.") var recipients: Int
    @Option(help: "Recipients in a frame.") var group = 32
    @Option(help: "Times.") var rounds = 1

    func run() throws {
        let log = SampleLog(recipients: recipients, groupSize: group)
        var sent: UInt32 = 0
        let seconds = try Figures.seconds {
            for _ in 0..<rounds { sent = try log.fold().tally.sent }
        }
        guard sent == UInt32(recipients) else { throw ValidationError("\(sent) of \(recipients) are sent") }
        Figures.say("events", log.events * rounds)
        Figures.say("events/s", Double(log.events * rounds) / seconds)
    }
}
