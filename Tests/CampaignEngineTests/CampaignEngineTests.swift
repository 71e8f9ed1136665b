import CampaignDomain
import CampaignEngine
import Foundation
import Synchronization
import Testing

@Suite("The engine, from list to endpoint")
struct CampaignEngineTests {
    private func endpoint(_ ledger: Ledger, capacity: Int = 8, name: String = "ledger") -> AsyncEndpoint {
        AsyncEndpoint(name: name, capacity: capacity) { delivery in
            ledger.accept(delivery.key)
            return .sent(reply: "250 taken")
        }
    }

    @Test("A campaign reaches every recipient exactly once, and a second run sends nothing")
    func everyoneOnce() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(1000))
        let ledger = Ledger()
        for run in 0..<2 {
            let engine = try await CampaignEngine.open(journal: scratch.journal)
            let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
            #expect(job.isNew == (run == 0))
            try await engine.start(job.id, endpoints: [endpoint(ledger)])
            #expect(try await engine.ending(of: job.id) == .completed)
            #expect(try engine.reader.audit().isEmpty)
            #expect(try engine.reader.verify().isSound)
            #expect(try engine.reader.summary(job.id).tally.sent == 1000)
            await engine.stop()
        }
        #expect(ledger.count == 1000)
        #expect(!ledger.hasDuplicates)
    }

    @Test("R3, R6, R17: an engine that was stopped goes on where it was, by itself")
    func stopAndResume() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(500))
        let ledger = Ledger()
        let gate = Gate(after: 100)
        var configuration = EngineConfiguration()
        configuration.endpointFactory = { names in names.map { self.endpoint(ledger, name: $0) } }
        var engine = try await CampaignEngine.open(journal: scratch.journal, configuration: configuration)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "ledger", capacity: 8) { delivery in
                    await gate.pass()
                    ledger.accept(delivery.key)
                    return .sent(reply: "250 taken")
                }
            ])
        await gate.waitUntilReached()
        gate.open()
        await engine.stop()
        engine = try await CampaignEngine.open(journal: scratch.journal, configuration: configuration)
        let resumed = try await engine.resumeAll()
        let summary = try engine.reader.summary(job.id)
        #expect(resumed == [job.id] || summary.state == .completed)
        if !resumed.isEmpty { #expect(try await engine.ending(of: job.id) == .completed) }
        #expect(try engine.reader.audit().isEmpty)
        await engine.stop()
        #expect(ledger.count == 500)
        #expect(!ledger.hasDuplicates)
    }

    @Test(
        "R6: pause, unpause, abort and resolve are durable when they return, and the fold of the log is the live state")
    func control() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(200))
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        let gate = Gate(after: 50)
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "doubtful", capacity: 4) { delivery in
                    await gate.pass()
                    return delivery.ordinal == 3 ? .inDoubt(EndpointFault(.dropped, "lost")) : .sent(reply: "250")
                }
            ])
        await gate.waitUntilReached()
        try await engine.pause(job.id, reason: "wrong template")
        var summary = try engine.reader.summary(job.id)
        #expect(summary.state == .paused && summary.pauseReason == "wrong template")
        gate.open()
        try await engine.unpause(job.id)
        #expect(try await engine.ending(of: job.id) == .completed)
        summary = try engine.reader.summary(job.id)
        #expect(summary.tally.inDoubt == 1 && summary.tally.sent == 199)
        try await engine.resolve(job.id, nil, .sent, evidence: "in the server's log")
        #expect(try engine.reader.summary(job.id).tally.sent == 200)
        #expect(try engine.reader.replayDifference(job.id) == nil)
        #expect(try engine.reader.audit().isEmpty)
        await engine.stop()
    }

    @Test("R13: a second engine on a journal is refused with the holder's process")
    func secondEngine() async throws {
        let scratch = try Scratch()
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let error = await #expect(throws: EngineError.self) {
            _ = try await CampaignEngine.open(journal: scratch.journal)
        }
        #expect(error?.code == .journalInUse)
        #expect(error?.message.contains("\(ProcessInfo.processInfo.processIdentifier)") == true)
        await engine.stop()
    }

    @Test("A changed list or template under the same key is refused and says what differs")
    func changedContent() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(10))
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        _ = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        var changed = Sample.definition
        changed.subject = "Other"
        let template = await #expect(throws: EngineError.self) {
            _ = try await engine.createJob(changed, recipients: RecipientSource(path: list))
        }
        #expect(template?.code == .jobConflict)
        #expect(template?.message.contains("subject") == true)
        _ = try scratch.file("list.csv", Sample.list(11))
        let rows = await #expect(throws: EngineError.self) {
            _ = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        }
        #expect(rows?.code == .jobConflict)
        #expect(rows?.message.contains("recipients") == true)
        await engine.stop()
    }
}

/// Lets so many through and holds the rest until it is opened.
final class Gate: Sendable {
    private struct State {
        var left: Int
        var isOpen = false
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(after count: Int) { state = Mutex(State(left: count)) }

    func pass() async {
        await withCheckedContinuation { continuation in
            let (passes, watchers) = state.withLock { state in
                if state.isOpen || state.left > 0 {
                    state.left -= 1
                    return (true, [CheckedContinuation<Void, Never>]())
                }
                state.held.append(continuation)
                defer { state.watchers = [] }
                return (false, state.watchers)
            }
            for watcher in watchers { watcher.resume() }
            if passes { continuation.resume() }
        }
    }

    /// Until somebody is held.
    func waitUntilReached() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.held.isEmpty { state.watchers.append(continuation) }
                return !state.held.isEmpty
            }
            if isReached { continuation.resume() }
        }
    }

    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }
}
