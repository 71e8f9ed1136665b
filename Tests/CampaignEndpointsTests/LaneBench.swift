import CampaignDomain
import CampaignLog
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
    /// The flight record's slots, one for each message.
    private let slots: [FlightSlot]
    private let scratch: Scratch
    private let inbox = Inbox()
    private let waiting = Mutex<[Answer]>([])

    /// - Parameter count: messages to r0@example.com, r1@example.com …
    convenience init(port: Int, _ options: String = "connections=1", messages count: Int) async throws {
        try await self.init(url: "smtp://127.0.0.1:\(port)?\(options)", messages: count)
    }

    init(url: String, messages count: Int) async throws {
        scratch = try Scratch()
        deliveries = try await Sample.deliveries(count, scratch)
        let memory = SharedMemory(words: FlightHeader.words + count * FlightSlot.words)
        slots = (0..<count).map { FlightSlot($0, of: memory, seed: 1) }
        endpoint = try SMTPEndpoint(try EndpointURL(parsing: url, relativeTo: "/"))
        endpoint.attach(EndpointReporter(inbox: inbox))
    }

    func prepare(_ ordinals: Int...) { endpoint.prepare(ordinals.map { deliveries[$0] }) }
    func deliver(_ ordinals: Int...) { endpoint.deliver(ordinals.map(claimed)) }
    func discard(_ ordinals: Int...) { endpoint.discard(ordinals.map { deliveries[$0] }) }

    private func claimed(_ ordinal: Int) -> Delivery {
        let claim = FlightClaim(sequence: 1, ordinal: Ordinal(ordinal), endpoint: 0)
        return deliveries[ordinal].with(.claimed(slots[ordinal].begin(claim)))
    }

    /// What the flight record says of a message.
    func phase(_ ordinal: Int) -> FlightPhase? { slots[ordinal].read()?.phase }

    /// Hands a claimed message over whose claim another engine has taken back.
    func deliverTakenBack(_ ordinal: Int) {
        let delivery = claimed(ordinal)
        _ = delivery.flight?.revoke()
        endpoint.deliver([delivery])
    }

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
}
