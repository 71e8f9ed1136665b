import CampaignDomain
import CampaignLog
import CampaignSMTP
import Foundation
import NIOCore

@testable import CampaignEndpoints
@testable import CampaignEngine

/// A campaign through the real endpoint with the real machine, over a journal in memory, to a server that lies.
///
/// No interval is longer than a few milliseconds, whatever the server does: trouble never makes it wait.
final class LiedToCampaign {
    let recipients: [String]
    private(set) var engine: CampaignEngine
    let job: JobID
    private let journal = MemoryJournal()
    private let scratch: Scratch

    /// - Parameter attempts: of a recipient who is deferred, 1 to 31.
    init(_ recipients: [String], key: String = "spring", attempts: Int = 5, bodySizeBytes: Int = 0) async throws {
        self.recipients = recipients
        scratch = try Scratch()
        engine = try Self.engine(journal)
        var definition = Sample.definition
        definition.key = key
        definition.retry = RetryPolicy(attempts: attempts, firstMilliseconds: 1, factor: 1, capMilliseconds: 1)
        if bodySizeBytes > 0 {
            let line = String(repeating: "x", count: 70) + "\n"
            definition.text = Template(
                String(repeating: line, count: bodySizeBytes / line.utf8.count), name: "message.txt")
        }
        let list = "email,name\n" + recipients.map { "\($0),Name\n" }.joined()
        job = try await engine.createJob(
            definition, recipients: RecipientSource(path: try scratch.file("list.csv", list))
        ).id
    }

    /// The next engine, over what the one before has left.
    func restart() async throws {
        await engine.stop(deadline: .zero)
        engine = try Self.engine(journal)
    }

    private static func engine(_ journal: MemoryJournal) throws -> CampaignEngine {
        let store = MemoryEventStore(journal: journal)
        let head = try store.beginEpoch { epoch in
            var events = EventEncoder()
            events.append(
                .engineStarted(
                    EngineStart(
                        epoch: epoch, host: "here", hostIdentity: "", bootID: "", processID: 1, version: "test")))
            return FrameDraft(events, job: .journal, time: .current)
        }
        return CampaignEngine(store: store, epoch: head.epoch, configuration: EngineConfiguration())
    }

    /// A server's endpoint that is tried again after a millisecond or two, as often as need be.
    static func endpoint(
        _ server: LyingServer, host: String = "127.0.0.1", _ options: String = "connections=1",
        timeouts: SMTPTimeouts = SMTPTimeouts()
    ) throws -> SMTPEndpoint {
        var url = try EndpointURL(
            parsing: "\(server.dialect.scheme)://\(host):\(server.port)?\(options)", relativeTo: "/")
        url.policy.retries = 1_000_000
        url.policy.delays = RetryPolicy(attempts: 1, firstMilliseconds: 1, factor: 1, capMilliseconds: 2)
        return try SMTPEndpoint(url, timeouts: timeouts)
    }

    /// Runs until the run is over.
    func run(_ endpoint: SMTPEndpoint, _ options: RunOptions = RunOptions()) async throws -> JobEnding {
        try await engine.start(job, endpoints: [endpoint], options: options)
        return try await engine.ending(of: job)
    }

    func state() throws -> JobState { try engine.reader.state(job) }

    func events() throws -> [Event] {
        var all: [Event] = []
        try engine.reader.events(job: job) { logged in
            all.append(logged.event)
            return true
        }
        return all
    }

    func changes(_ recipient: String) throws -> [RecipientChange] {
        let ordinal = Ordinal(recipients.firstIndex(of: recipient) ?? .max)
        return try events().compactMap { event in
            if case .recipient(ordinal, let change) = event { change } else { nil }
        }
    }
}
