import CampaignSMTP
import NIOCore

/// What all lanes of an endpoint have in common.
struct LaneTerms: Sendable {
    var address: SMTPServerAddress
    var configuration: SMTPConnectionConfiguration
    /// nil is no limit.
    var messagesPerConnection: Int?
    /// Messages of a lane that may be claimed without an outcome: with more than one, a message is claimed while those before it
    /// are under way, and its content need not wait for the journal.
    var claimsAhead = 1
    /// How long a connection without work is kept before QUIT.
    var idleMax: TimeAmount
    /// After which one more connection than the server gave last is asked for.
    var retryInterval: TimeAmount
    let sessions = SessionCount()
    /// Who this client is to the server; nil is nobody.
    var credentials: CredentialKeeper?
    /// Where dialogues are written down; nil is nowhere.
    var trace: TraceFolder?

    /// Those claimed, and one that is being made ready behind them.
    var messagesPerLane: Int { claimsAhead + 1 }

    /// RFC 5321 §4.5.3.2.7 has servers wait five minutes; under stress they wait ten seconds (Postfix). A paced campaign keeps
    /// its connection for half a minute, a finished one frees the server's process soon, and a server that hangs up before
    /// is no trouble.
    static let idleMaxDefault = TimeAmount.seconds(30)
}

extension SMTPConnection {
    /// Why the open session cannot be used as the endpoint's options want it; nil if it can.
    var unfitness: String? {
        guard configuration.terms.requiresTLS else { return nil }
        guard isEncrypted else { return "requiretls: the session is not encrypted (RFC 8689 §4.2.1)" }
        guard capabilities.extensions.contains(.requireTLS) else {
            return "requiretls: the server does not offer REQUIRETLS (RFC 8689, 5.7.30)"
        }
        return nil
    }
}
