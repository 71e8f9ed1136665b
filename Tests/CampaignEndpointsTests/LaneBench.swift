import CampaignDomain
import Dispatch
import Foundation
import Synchronization

@testable import CampaignEndpoints
@testable import CampaignEngine

/// An endpoint with the test in the engine's place.
final class LaneBench: Sendable {
    enum Answer: Hashable, Sendable {
        case prepared(Ordinal)
        case outcome(Ordinal, DeliveryOutcome)
    }

    enum Trouble: Error { case silence, unexpected(String) }

    let endpoint: SMTPEndpoint
    let deliveries: [Delivery]
    let phases = Phases()
    private let scratch: Scratch
    private let inbox = Inbox()
    private let waiting = Mutex<[Answer]>([])

    /// - Parameter count: messages to r0@example.com, r1@example.com …
    init(port: Int, _ options: String = "connections=1", messages count: Int) async throws {
        scratch = try Scratch()
        deliveries = try await Self.deliveries(count, scratch)
        endpoint = try SMTPEndpoint(
            try EndpointURL(parsing: "smtp://127.0.0.1:\(port)?\(options)", relativeTo: "/"), observer: phases)
        endpoint.attach(EndpointReporter(inbox: inbox))
    }

    func prepare(_ ordinals: Int...) { endpoint.prepare(ordinals.map { deliveries[$0] }) }
    func deliver(_ ordinals: Int...) { endpoint.deliver(ordinals.map { deliveries[$0] }) }
    func discard(_ ordinals: Int...) { endpoint.discard(ordinals.map { deliveries[$0] }) }

    /// The endpoint's next answer.
    func answer() async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try self.take() }) }
        }
    }

    private func take() throws -> Answer {
        for _ in 0..<200 {
            if let answer = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return answer }
            var messages: [Message] = []
            inbox.take(into: &messages, waitMilliseconds: 100)
            for message in messages {
                switch message {
                case .reports(let reports):
                    waiting.withLock { $0 += reports.map { .outcome($0.ordinal, $0.outcome) } }
                case .prepared(_, _, let batch): waiting.withLock { $0 += batch.map { .prepared($0.ordinal) } }
                default: throw Trouble.unexpected("\(message)")
                }
            }
        }
        throw Trouble.silence
    }

    func close() async { await endpoint.close(deadline: .now + .seconds(5)) }

    /// Real deliveries, caught on their way.
    private static func deliveries(_ count: Int, _ scratch: Scratch) async throws -> [Delivery] {
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(count))))
        let caught = Caught()
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "catcher", capacity: count) { delivery in
                    caught.all.withLock { $0.append(delivery) }
                    return .sent(reply: "")
                }
            ])
        _ = try await engine.ending(of: job.id)
        await engine.stop()
        return caught.all.withLock { all in all.sorted { $0.ordinal < $1.ordinal } }
    }

    private final class Caught: Sendable {
        let all = Mutex<[Delivery]>([])
    }
}

/// What the lanes have told their observer.
final class Phases: LaneObserver {
    struct Note: Hashable, Sendable {
        let lane: Int
        let key: IdempotencyKey
        let phase: LanePhase
    }

    private let notes = Mutex<[Note]>([])

    func note(_ lane: Int, _ key: IdempotencyKey, _ phase: LanePhase) {
        notes.withLock { $0.append(Note(lane: lane, key: key, phase: phase)) }
    }

    var all: [Note] { notes.withLock { $0 } }
}
