public import CampaignDomain
public import CampaignEngine
import CampaignSMTP
import Foundation
import NIOCore
import NIOPosix

/// Hands messages to an SMTP server over several connections that stay open (RFC 5321).
///
/// A message's envelope goes to the server before the message is claimed; its content follows when the claim is durable, and
/// the envelope of the connection's next message travels with it. So a message costs one round trip and one write, and yet
/// at most one message per connection is claimed without an outcome (decisions/0016), or as many as `claims-ahead` says
/// (decisions/0026).
///
/// Lanes are spread over the process's event loops; a loop works through its share on its own, and reports what its lanes
/// have finished once per turn of the loop, not once per message.
public final class SMTPEndpoint: Endpoint {
    public let name: String
    /// For each connection the messages that it may have claimed, and one that is made ready behind them: two, unless
    /// `claims-ahead` says otherwise.
    public let capacity: Int
    public let connections: Int
    public var preparesBeforeClaim: Bool { true }
    public var recordsHandover: Bool { true }
    public let policy: EndpointPolicy

    private let probe: (any MessageProbe)?
    private let terms: LaneTerms
    private let groups: [LaneGroup]
    private let dealer: LaneDealer

    private static let connectionsDefault = 10
    private static let lanesPerLoop = 64

    /// - Parameter timeouts: for tests; those of the address by default.
    /// - Throws: `badEndpoint` where a password or the certificates of authorities cannot be read.
    init(
        _ url: EndpointURL, probe: (any MessageProbe)? = nil, timeouts: SMTPTimeouts? = nil
    ) throws(EngineError) {
        self.probe = probe
        name = url.description
        policy = url.policy
        let connections = url.connections ?? Self.connectionsDefault
        self.connections = connections
        var terms = try LaneTerms(url)
        if let timeouts { terms.configuration.timeouts = timeouts }
        capacity = terms.messagesPerLane * connections
        self.terms = terms
        // Few lanes on one loop share its wake-ups; spread over several they pay for each of them.
        let loopsWanted = (connections + Self.lanesPerLoop - 1) / Self.lanesPerLoop
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator()).prefix(loopsWanted)
        let dealer = LaneDealer(groups: loops.count)
        self.dealer = dealer
        let count = loops.count
        let spread = ((policy.initialConnections ?? connections) + count - 1) / count
        groups = zip(0..., loops).map { index, loop in
            let lanes = connections * index / count..<connections * (index + 1) / count
            return LaneGroup(loop, lanes: lanes.count, spread: spread, terms: terms) { names in
                if count > 1 { dealer.forget(names, of: index) }
            }
        }
    }

    public func attach(_ reporter: EndpointReporter) {
        for group in groups { group.attach(reporter) }
    }

    public func prepare(_ batch: [Delivery]) {
        guard groups.count > 1 else { return groups[0].put(.prepare(batch)) }
        split(batch, dealer.deal(batch.lazy.map { DeliveryName($0) })) { .prepare($0) }
    }

    public func deliver(_ batch: [Delivery]) {
        guard groups.count > 1 else { return groups[0].put(.deliver(batch)) }
        split(batch, dealer.groups(of: batch.lazy.map { DeliveryName($0) })) { .deliver($0) }
    }

    public func discard(_ batch: [Delivery]) {
        guard groups.count > 1 else { return groups[0].put(.discard(batch)) }
        split(batch, dealer.groups(of: batch.lazy.map { DeliveryName($0) })) { .discard($0) }
    }

    private func split(_ batch: [Delivery], _ places: [Int], _ work: ([Delivery]) -> LaneGroup.Work) {
        var shares = [[Delivery]](repeating: [], count: groups.count)
        for (delivery, place) in zip(batch, places) { shares[place].append(delivery) }
        for (group, share) in zip(groups, shares) where !share.isEmpty { group.put(work(share)) }
    }

    public func check() async -> EndpointFault? { await inspect().fault }

    /// Opens a session as a message would get it, looks at what the server says of itself, and says QUIT.
    public func inspect() async -> ServerInspection {
        let loop = groups[0].eventLoop
        let terms = terms
        return await withCheckedContinuation { continuation in
            loop.execute {
                SMTPConnection.connect(
                    to: terms.address, configuration: terms.configurationNow, on: loop, transcript: terms.trace?.begin()
                ) { result in
                    switch result {
                    case .success(let connection):
                        let fault = connection.unfitness.map { EndpointFault(.hopeless, $0) }
                        let inspection = ServerInspection(connection, fault)
                        connection.quit()
                        continuation.resume(returning: inspection)
                    case .failure(let fault):
                        // One more than the server gives: it serves.
                        let isServing = terms.sessions.isAny
                        let trouble = isServing ? nil : EndpointFault(fault, isProven: false)
                        continuation.resume(returning: ServerInspection(fault: trouble))
                    }
                }
            }
        }
    }

    /// The protocol has no way to ask (RFC 5321); a probe of the user's may know.
    public func probe(_ claims: [Delivery]) async -> [ProbeVerdict] {
        guard let probe else { return claims.map { _ in .unknown } }
        // A server with nothing to do writes nothing into its log, and a log that has stopped proves nothing: let it write.
        if probe is MailLogProbe { Task { await check() } }
        return await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: probe.verdicts(claims.map { MessageQuestion($0) }))
            }
            thread.start()
        }
    }

    public func close(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { tasks in
            for group in groups { tasks.addTask { await group.close(deadline: deadline) } }
        }
    }
}
