public import CampaignDomain
public import CampaignEngine
import Foundation

/// An endpoint's address with its options, as campaigns write it.
///
/// ```
/// smtps://ann@mail.example.com?password-file=mail.secret&connections=20
/// smtp://127.0.0.1:2525?retries=5&retry-interval=10s
/// lmtp+unix:///run/dovecot/lmtp
/// dir:/var/spool/pickup
/// ```
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    public enum Place: Hashable, Sendable {
        case server(host: String, port: Int)
        case socket(path: String)
        case directory(path: String)
    }

    public var place: Place
    /// Nil for a directory.
    public var scheme: ServerScheme?
    /// Who is authenticated at the server; nil for nobody.
    public var user: String?
    /// Connections, or messages in hand of a directory; nil is the endpoint's own default.
    public var connections: Int?
    /// Messages after which a connection is closed and opened anew; nil is no limit.
    public var messagesPerConnection: Int?
    /// How long to wait for each reply but the final one, in milliseconds; nil is what RFC 5321 §4.5.3.2 asks for.
    public var timeoutMilliseconds: Int64?
    public var policy: EndpointPolicy
    var smtp: SMTPOptions
    var security: SecurityOptions
    var probe: ProbeOptions
    private var options: String

    /// The address as the log keeps it: absolute, with its options, without secrets.
    public var description: String {
        let user = user.map { PercentEncoding.encode($0, "/?#[]@:&") + "@" } ?? ""
        return switch place {
        case .server(let host, let port):
            "\(scheme?.rawValue ?? "")\(user)\(host.contains(":") ? "[\(host)]" : host):\(port)\(options)"
        case .socket(let path): "\(scheme?.rawValue ?? "")\(user)\(PercentEncoding.encode(path, "?#@"))\(options)"
        case .directory(let path): "dir:\(path)\(options)"
        }
    }

    /// - Parameter directory: what relative paths are relative to: of a drop directory, and in options.
    /// - Throws: `badEndpoint` saying what is wrong and what would be right.
    public init(parsing text: String, relativeTo directory: String) throws(EngineError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let address = String(parts[0])
        let parsed = try EndpointAddress(address, relativeTo: directory)
        (place, scheme, user) = (parsed.place, parsed.scheme, parsed.user)
        let shown = EndpointAddress.withoutSecrets(address)
        let query = try EndpointOptions(
            parts.count > 1 ? String(parts[1]) : "", of: shown, relativeTo: directory)
        options = query.text.isEmpty ? "" : "?\(query.text)"
        connections = query.connections
        messagesPerConnection = query.messagesPerConnection
        timeoutMilliseconds = query.timeoutMilliseconds
        policy = query.policy
        // Files are no connections that would have to be opened.
        if case .directory = place { policy.initialConnections = nil }
        smtp = query.smtp
        security = query.security
        probe = query.probe
        if let why = security.contradiction(scheme: scheme, user: user) {
            throw EngineError(.badEndpoint, "\(shown): \(why)")
        }
        if case .directory = place, probe.source != nil {
            throw EngineError(
                .badEndpoint, "\(shown): a directory is its own probe; leave probe-command and probe-log out")
        }
    }

    /// Absolute, so that a later run from another directory means the same file.
    static func absolute(_ path: String, relativeTo directory: String) -> String {
        let base = URL(fileURLWithPath: directory, isDirectory: true)
        return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
    }
}
