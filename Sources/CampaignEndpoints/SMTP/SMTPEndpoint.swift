public import CampaignDomain
public import CampaignEngine
import CampaignSMTP
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Hands messages to an SMTP server over several connections that stay open (RFC 5321).
///
/// Lanes are spread over the process's event loops; a loop works through its share on its own, and reports what its lanes
/// have finished once per turn of the loop, not once per message.
public final class SMTPEndpoint: Endpoint {
    public let name: String
    public let capacity: Int
    public let policy: EndpointPolicy

    private let address: SMTPServerAddress
    private let configuration: SMTPConnectionConfiguration
    private let groups: [LaneGroup]
    private let turn = Atomic<Int>(0)

    private static let connectionsDefault = 10
    private static let lanesPerLoop = 64

    init(_ url: EndpointURL) {
        name = url.description
        policy = url.policy
        capacity = url.connections ?? Self.connectionsDefault
        guard case .smtp(let host, let port) = url.place else { preconditionFailure("not the address of a server") }
        address = .host(host, port: port)
        configuration = SMTPConnectionConfiguration(
            greetingName: LocalName.greeting, timeouts: SMTPTimeouts(commandMilliseconds: url.timeoutMilliseconds))
        // Few lanes on one loop share its wake-ups; spread over several they pay for each of them.
        let loopsWanted = (capacity + Self.lanesPerLoop - 1) / Self.lanesPerLoop
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator()).prefix(loopsWanted)
        let (share, rest) = capacity.quotientAndRemainder(dividingBy: loops.count)
        groups = zip(0..., loops).map { [address, configuration] index, loop in
            LaneGroup(
                loop, lanes: share + (index < rest ? 1 : 0), address: address, configuration: configuration,
                messagesPerConnection: url.messagesPerConnection)
        }
    }

    public func attach(_ reporter: EndpointReporter) {
        for group in groups { group.attach(reporter) }
    }

    public func deliver(_ batch: [Delivery]) {
        guard groups.count > 1 else {
            groups[0].deliver(batch)
            return
        }
        // Dealt out in turn, in proportion to nothing: an idle lane on either loop serves as well.
        let first = turn.add(batch.count, ordering: .relaxed).oldValue
        var shares = [[Delivery]](repeating: [], count: groups.count)
        for (index, delivery) in batch.enumerated() { shares[(first &+ index) % groups.count].append(delivery) }
        for (group, share) in zip(groups, shares) where !share.isEmpty { group.deliver(share) }
    }

    public func check() async -> EndpointFault? {
        let loop = groups[0].eventLoop
        let (address, configuration) = (address, configuration)
        return await withCheckedContinuation { continuation in
            loop.execute {
                SMTPConnection.connect(to: address, configuration: configuration, on: loop) { result in
                    switch result {
                    case .success(let connection):
                        connection.quit()
                        continuation.resume(returning: nil)
                    case .failure(let fault):
                        continuation.resume(returning: EndpointFault(fault, isProven: false))
                    }
                }
            }
        }
    }

    public func close(deadline: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { tasks in
            for group in groups { tasks.addTask { await group.close(deadline: deadline) } }
        }
    }
}

/// This host's name, as it greets servers.
private enum LocalName {
    static let greeting: GreetingName = {
        let host = ProcessInfo.processInfo.hostName
        // A name without a dot is no domain to a server (RFC 5321 §4.1.4 allows a literal instead).
        let candidate = host.contains(".") ? host : "localhost.localdomain"
        if let name = try? GreetingName(candidate) { return name }
        guard let literal = try? GreetingName("[127.0.0.1]") else {
            preconditionFailure("a literal is a greeting name")
        }
        return literal
    }()
}

extension SMTPTimeouts {
    /// `timeout` shortens every wait but the final reply's: giving that up early makes duplicates (RFC 5321 §4.5.3.2.6).
    init(commandMilliseconds: Int64?) {
        self.init()
        guard let commandMilliseconds else { return }
        let time = TimeAmount.milliseconds(commandMilliseconds)
        (connect, greeting, hello, mail, recipient, dataInitiation, dataBlock, reset) =
            (time, time, time, time, time, time, time, time)
    }
}
