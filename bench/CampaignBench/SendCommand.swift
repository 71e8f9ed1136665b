import ArgumentParser
import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import CampaignLog
import Foundation

/// Whole campaigns in one engine with its threads: one or many at once, to an endpoint that throws everything away or to a
/// real one.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Sends campaigns with an engine of this process.")

    @Argument(help: "A directory for lists and journal, which has no journal yet.") var directory: String
    @Option(help: "Campaigns, all at once.") var jobs = 1
    @Option(help: "Recipients of all campaigns together.") var recipients: Int
    @Option(help: "Messages under way at once, of all campaigns together; one of each at least.") var capacity = 1024
    @Option(help: "An endpoint's address instead of throwing everything away; for one campaign.") var endpoint: String?
    @OptionGroup var journal: JournalOptions

    func run() throws {
        try Waiting.run { try await send() }
    }

    private func send() async throws {
        let sample = SampleJob(recipients: max(recipients / jobs, 1), directory: directory)
        try sample.makeList()
        let (store, epoch) = try journal.open(directory + "/journal")
        let engine = CampaignEngine(store: store, epoch: epoch, configuration: SampleJob.configuration)
        let clock = ContinuousClock()
        var began = clock.now
        var created: [JobID] = []
        for number in 0..<jobs {
            let job = try await engine.createJob(
                sample.definition("bench-\(number)"), recipients: RecipientSource(path: sample.listPath))
            created.append(job.id)
        }
        let creating = (clock.now - began) / .seconds(1)
        began = clock.now
        let busy = Figures.processorSeconds
        for job in created { try await engine.start(job, endpoints: try endpoints()) }
        for job in created {
            let ending = try await engine.ending(of: job)
            guard ending == .completed else { throw ValidationError("job \(job): \(ending)") }
        }
        let seconds = (clock.now - began) / .seconds(1)
        let sending = Figures.processorSeconds - busy
        let events = try engine.reader.head.sequence
        await engine.stop()
        Figures.say("messages", sample.recipients * jobs)
        Figures.say("events", events)
        Figures.say("messages/s", Double(sample.recipients * jobs) / seconds)
        Figures.say("send-nanoseconds/message", sending / Double(sample.recipients * jobs) * 1e9)
        Figures.say("create-microseconds/job", creating / Double(jobs) * 1e6)
    }

    private func endpoints() throws -> [any Endpoint] {
        guard let endpoint else { return [ImmediateEndpoint(capacity: max(capacity / jobs, 1))] }
        return try StandardEndpoints.make([endpoint])
    }
}
