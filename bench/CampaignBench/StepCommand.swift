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
    @Option(help: "Other jobs that have begun, and hear nothing from their endpoints meanwhile.") var others = 0
    @OptionGroup var journal: JournalOptions

    func run() throws {
        let sample = SampleJob(recipients: recipients, directory: directory)
        try sample.makeList()
        let engine = try SteppedEngine(
            opening: BenchSite(path: directory + "/journal", mapSizeBytes: journal.mapSize << 20),
            configuration: SampleJob.configuration,
            clock: StillClock())
        try startOthers(engine)
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
        let sent = try engine.jobs().first { $0.id == job.id }?.tally.sent ?? 0
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

    private func startOthers(_ engine: SteppedEngine) throws {
        let sample = SampleJob(recipients: 1, directory: directory)
        try sample.makeList()
        for number in 0..<others {
            let job = try engine.createJob(
                sample.definition("other-\(number)"), recipients: RecipientSource(path: sample.listPath))
            engine.start(job.id, endpoints: [SilentEndpoint()], progress: { _ in }, { _ in })
        }
    }
}

/// An endpoint that takes what it is given and says nothing.
private struct SilentEndpoint: CallbackEndpoint {
    let name = "silent"
    let capacity = 1
    let preparesBeforeClaim = true

    func attach(_ reporter: EndpointReporter) {}

    func prepare(_ batch: [Delivery]) {}

    func deliver(_ batch: [Delivery]) {}

    func check(_ answer: @escaping @Sendable (EndpointFault?) -> Void) {}

    func probe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void) {}

    func close(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void) { done() }
}

/// Always the same moment: what is done at intervals is then done once, whatever the machine's speed.
private struct StillClock: EngineClock {
    let instant = ContinuousClock.now
    var timeOfDay: Timestamp { Timestamp(milliseconds: 1_767_225_600_000) }

    func sleep(for duration: Duration) {}

    func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant) {}
}
