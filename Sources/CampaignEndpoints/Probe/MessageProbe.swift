import CampaignDomain
import CampaignEngine
import Foundation

/// Finds out what became of messages: somewhere beside the server that may have taken them.
protocol MessageProbe: Sendable {
    /// One verdict for each, in order. Blocks its thread, for a bounded time.
    func verdicts(_ questions: [MessageQuestion]) -> [ProbeVerdict]
}

/// A message that somebody is asked about.
struct MessageQuestion: Hashable, Sendable {
    /// The Message-ID's local part.
    var key: String
    /// Without angle brackets.
    var messageID: String
    var recipient: String
    /// Milliseconds since 1970; nil where it is not known.
    var claimedAt: Int64?
    var lostAt: Int64?

    init(key: String, messageID: String, recipient: String, claimedAt: Int64?, lostAt: Int64?) {
        self.key = key
        self.messageID = messageID
        self.recipient = recipient
        self.claimedAt = claimedAt
        self.lostAt = lostAt
    }

    init(_ delivery: Delivery) {
        self.init(
            key: "\(delivery.key)", messageID: delivery.messageID, recipient: delivery.recipient,
            claimedAt: delivery.claimedAt?.milliseconds, lostAt: delivery.lostAt?.milliseconds)
    }
}

extension ProbeOptions.Source {
    /// - Throws: `badEndpoint` where the program or the log cannot be used: better now than after a crash.
    func makeProbe(_ options: ProbeOptions, for address: Substring) throws(EngineError) -> any MessageProbe {
        switch self {
        case .command(let path):
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw EngineError(.badEndpoint, "\(address): probe-command: \(path) is no program that can be run")
            }
            return CommandProbe(path: path)
        case .log(let path):
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw EngineError(.badEndpoint, "\(address): probe-log: \(path) cannot be read")
            }
            return MailLogProbe(path: path, settleMilliseconds: options.settleMilliseconds)
        }
    }
}
