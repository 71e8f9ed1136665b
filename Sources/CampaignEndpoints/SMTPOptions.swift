import CampaignDomain
import CampaignSMTP
import NIOCore

/// The options of an endpoint's address that say how messages are brought to an SMTP server.
///
/// | option | meaning |
/// |---|---|
/// | `dsn=failure,delay` | of what a server that offers DSN is to notify the sender (RFC 3461 §4.1): any of `success`, `failure`, `delay`, or `never`. Default: nothing is asked for, so servers notify of failures. ENVID, ORCPT and RET=HDRS go along wherever DSN is offered |
/// | `requiretls` | messages are passed on over verified TLS or not at all (RFC 8689); a server that does not offer that is removed |
/// | `trace=DIR` | each connection's dialogue goes into a file of its own in this directory, without passwords and contents |
/// | `idle=30s` | how long a connection without work is kept |
/// | `claims-ahead=2` | messages per connection that may be claimed without an outcome, 1 to 8; default 1. With 2 or more a message's claim is written while the one before it is under way |
/// | `pipelining=off`, `chunking=off` | these extensions are not used, for servers that offer them wrongly |
struct SMTPOptions: Hashable, Sendable {
    var terms = TransactionTerms()
    var idleMilliseconds: Int64?
    var claimsAhead = 1
    var tracePath: String?

    static let known = ["dsn", "requiretls", "idle", "pipelining", "chunking", "trace", "claims-ahead"]
    /// Those that name a file: the log keeps them absolute.
    static let paths = ["trace"]

    /// Takes an option if it is one of these.
    ///
    /// - Returns: what its value should be, if it is not that; nil if all is well.
    mutating func take(_ name: String, _ value: String) -> String? {
        switch name {
        case "dsn":
            guard let notify = Self.notify(value) else { return "never, or any of success, failure and delay" }
            terms.notify = notify
        case "requiretls":
            guard value.isEmpty || value == "on" else { return "given without a value" }
            terms.requiresTLS = true
        case "idle":
            guard let time = Quantity.durationMilliseconds(value), time > 0, time <= Self.idleMaxMilliseconds else {
                return "a duration up to 24h such as 5s or 2m"
            }
            idleMilliseconds = time
        case "claims-ahead":
            guard let count = Int(value), Self.claimsAheadRange.contains(count) else { return "a number from 1 to 8" }
            claimsAhead = count
        case "trace":
            guard !value.isEmpty else { return "the path of a directory" }
            tracePath = value
        case "pipelining": return leaveOut([.pipelining, .chunking], value)
        case "chunking": return leaveOut(.chunking, value)
        default: break
        }
        return nil
    }

    private static let claimsAheadRange = 1...8
    private static let idleMaxMilliseconds: Int64 = 24 * 3_600_000

    private mutating func leaveOut(_ extensions: Capabilities.Extensions, _ value: String) -> String? {
        switch value {
        case "off": terms.unusedExtensions.formUnion(extensions)
        case "on": break
        default: return "on or off"
        }
        return nil
    }

    private static func notify(_ value: String) -> NotifyConditions? {
        if value == "never" { return .never }
        var conditions: NotifyConditions = []
        for word in value.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "success": conditions.insert(.success)
            case "failure": conditions.insert(.failure)
            case "delay": conditions.insert(.delay)
            default: return nil
            }
        }
        return conditions
    }
}
