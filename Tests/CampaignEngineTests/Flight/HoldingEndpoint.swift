import CampaignDomain
import CampaignEngine
import Dispatch
import Synchronization

/// An endpoint that keeps what it is given, or answers at once if it is told how.
final class HoldingEndpoint: Endpoint {
    let name: String
    let capacity: Int
    let recordsHandover: Bool
    private let verdict: ProbeVerdict
    private let answer: DeliveryOutcome?
    private let held = Mutex<[Delivery]>([])
    private let asked = Mutex<[Ordinal]>([])
    private let reporter = Mutex<EndpointReporter?>(nil)
    private let arrivals = DispatchSemaphore(value: 0)

    init(
        _ name: String = "smtp://holding", capacity: Int, records: Bool = true, probe verdict: ProbeVerdict = .unknown,
        answer: DeliveryOutcome? = nil
    ) {
        self.answer = answer
        self.name = name
        self.capacity = capacity
        recordsHandover = records
        self.verdict = verdict
    }

    func attach(_ reporter: EndpointReporter) { self.reporter.withLock { $0 = reporter } }

    func deliver(_ batch: [Delivery]) {
        held.withLock { $0 += batch }
        for _ in batch { arrivals.signal() }
        guard let answer else { return }
        reporter.withLock { $0 }?.report(batch.map { DeliveryReport($0, answer) })
    }

    /// Who was delivered to, so far.
    var delivered: [Ordinal] { held.withLock { $0.map(\.ordinal).sorted() } }

    func probe(_ claims: [Delivery]) async -> [ProbeVerdict] {
        asked.withLock { $0 += claims.map(\.ordinal) }
        return claims.map { _ in verdict }
    }

    /// Recipients whose fate it was asked for.
    var probed: [Ordinal] { asked.withLock { $0.sorted() } }

    /// Waits, on a thread of its own, until so many more have arrived; all that have, by recipient.
    func arrived(_ count: Int) async -> [Delivery] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                for _ in 0..<count { self.arrivals.wait() }
                continuation.resume()
            }
        }
        return held.withLock { held in held.sorted { $0.ordinal < $1.ordinal } }
    }
}
