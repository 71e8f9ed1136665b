public import CampaignDomain
public import CampaignEngine

/// Puts each message as a file into a directory from which another program takes it (`KEY.eml`).
///
/// Exactly once, also when files are taken away while the engine is killed: a message is written to `tmp/`, made durable,
/// claimed, and only then renamed into the directory. After a crash, a claimed message that is still in `tmp/` was not
/// shown to anyone, and one that is gone was delivered.
///
/// One flush serves many: files that were written before it, and renames of claimed ones; files of others are written
/// meanwhile. A message counts as sent only after the flush that covers its rename.
public final class DropDirectory: Endpoint {
    public let name: String
    public let capacity: Int
    public var preparesBeforeClaim: Bool { true }
    public let policy: EndpointPolicy

    private let worker: DropWorker

    private static let capacityDefault = 1024

    init(_ url: EndpointURL, path: String) {
        name = url.description
        policy = url.policy
        capacity = url.connections ?? Self.capacityDefault
        worker = DropWorker(path: path)
    }

    public func attach(_ reporter: EndpointReporter) { worker.start(reporter) }
    public func prepare(_ batch: [Delivery]) { worker.prepare(batch) }
    public func deliver(_ batch: [Delivery]) { worker.deliver(batch) }

    public func check() async -> EndpointFault? {
        await withCheckedContinuation { continuation in
            worker.check { continuation.resume(returning: $0) }
        }
    }

    public func probe(_ claims: [Delivery]) async -> [ProbeVerdict] {
        await withCheckedContinuation { continuation in
            worker.probe(claims) { continuation.resume(returning: $0) }
        }
    }

    public func close(deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in
            worker.close { continuation.resume() }
        }
    }
}
