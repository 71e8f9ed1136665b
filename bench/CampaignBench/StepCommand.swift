import ArgumentParser
import CampaignDomain
import CampaignEngine
import Synchronization

/// A whole campaign on one thread: machine, rendering, frames, hashes and LMDB, turn by turn. The same work each time,
/// down to the instruction nearly, so that it can be counted.
struct StepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Sends a campaign to nowhere on one thread, for counting.")

    @Argument(help: "A directory for list and journal, which is not there yet.") var directory: String
    @Option(help: "Recipients.") var recipients: Int
    @Option(help: "Messages under way at once.") var capacity = 64
    @OptionGroup var journal: JournalOptions

    func run() throws {
        let sample = SampleJob(recipients: recipients, directory: directory)
        try sample.makeList()
        let engine = try SteppedEngine(
            opening: BenchSite(path: directory + "/journal", mapSizeBytes: journal.mapSize << 20),
            configuration: SampleJob.configuration,
            clock: StillClock())
        let job = try engine.createJob(sample.definition("bench"), recipients: RecipientSource(path: sample.listPath))
        let endpoint = ImmediateEndpoint(capacity: capacity)
        let hasEnded = Mutex(false)
        engine.start(
            job.id, endpoints: [endpoint],
            progress: { progress in
                if progress.ending != nil { hasEnded.withLock { $0 = true } }
            }, { _ in })
        var turns = 0
        let seconds = Figures.seconds {
            while !hasEnded.withLock({ $0 }), engine.turn() { turns += 1 }
        }
        let sent = try engine.jobs().first?.tally.sent ?? 0
        engine.stop(deadline: .zero)
        while engine.turn() {}
        guard sent == UInt32(recipients) else {
            throw ValidationError("\(sent) of \(recipients) were sent: \(engine.failure.map { "\($0)" } ?? "")")
        }
        Figures.say("messages", recipients)
        Figures.say("turns", turns)
        Figures.say("message-bytes", endpoint.sizeBytes / max(recipients, 1))
        Figures.say("messages/s", Double(recipients) / seconds)
    }
}

/// Always the same moment: what is done at intervals is then done once, whatever the machine's speed.
private struct StillClock: EngineClock {
    let instant = ContinuousClock.now
    var timeOfDay: Timestamp { Timestamp(milliseconds: 1_767_225_600_000) }

    func sleep(for duration: Duration) {}

    func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant) {}
}
