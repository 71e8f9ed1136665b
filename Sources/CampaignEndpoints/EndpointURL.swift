public import CampaignDomain
public import CampaignEngine
import Foundation

/// An endpoint's address with its options, as campaigns write it.
///
/// ```
/// smtp://127.0.0.1:2525?connections=20&retries=5&retry-interval=10s
/// dir:/var/spool/pickup
/// ```
public struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    public enum Place: Hashable, Sendable {
        case smtp(host: String, port: Int)
        case directory(path: String)
    }

    public var place: Place
    /// Connections, or messages in hand of a directory; nil is the endpoint's own default.
    public var connections: Int?
    /// Messages after which a connection is closed and opened anew; nil is no limit.
    public var messagesPerConnection: Int?
    /// How long to wait for each reply but the final one, in milliseconds; nil is what RFC 5321 §4.5.3.2 asks for.
    public var timeoutMilliseconds: Int64?
    public var policy: EndpointPolicy
    var smtp: SMTPOptions
    private var options: String

    /// The address as the log keeps it: absolute, with its options, without secrets.
    public var description: String {
        switch place {
        case .smtp(let host, let port): "smtp://\(host.contains(":") ? "[\(host)]" : host):\(port)\(options)"
        case .directory(let path): "dir:\(path)\(options)"
        }
    }

    /// - Parameter directory: what a relative path of a drop directory is relative to.
    /// - Throws: `badEndpoint` saying what is wrong and what would be right.
    public init(parsing text: String, relativeTo directory: String) throws(EngineError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let address = String(parts[0])
        options = parts.count > 1 && !parts[1].isEmpty ? "?\(parts[1])" : ""
        place = try Self.place(address, directory)
        let query = try EndpointOptions(parts.count > 1 ? String(parts[1]) : "", of: Self.withoutSecrets(address))
        connections = query.connections
        messagesPerConnection = query.messagesPerConnection
        timeoutMilliseconds = query.timeoutMilliseconds
        policy = query.policy
        smtp = query.smtp
        // Files are no connections that would have to be opened.
        if case .directory = place { policy.initialConnections = nil }
    }

    private static func place(_ address: String, _ directory: String) throws(EngineError) -> Place {
        if address.hasPrefix("dir:") {
            let path = String(address.dropFirst(4))
            guard !path.isEmpty else { throw EngineError(.badEndpoint, "dir: needs a path, as in dir:outbox") }
            // Absolute, so that a later run from another directory means the same one.
            let base = URL(fileURLWithPath: directory, isDirectory: true)
            return .directory(path: URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path)
        }
        if address.hasPrefix("smtp://") { return try server(String(address.dropFirst(7)), address) }
        for later in ["smtps://", "smtp+starttls://", "lmtp://", "lmtp+unix://"] where address.hasPrefix(later) {
            throw EngineError(
                .badEndpoint,
                "\(withoutSecrets(address)): \(later) is not supported by this version yet; use smtp:// or dir:")
        }
        throw EngineError(
            .badEndpoint, "\(withoutSecrets(address)): unknown kind of endpoint; use smtp://host:port or dir:path")
    }

    private static func server(_ authority: String, _ address: String) throws(EngineError) -> Place {
        func refuse(_ why: String) -> EngineError { EngineError(.badEndpoint, "\(withoutSecrets(address)): \(why)") }
        guard !authority.contains("@") else {
            throw refuse("authentication is not supported by this version yet; passwords never belong into an address")
        }
        var rest = Substring(authority)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains("/") else { throw refuse("a server's address has no path") }
        let host: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else {
                throw refuse("the bracket of the IPv6 address is not closed")
            }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest[host.endIndex...]
        }
        guard !host.isEmpty else { throw refuse("the host is missing") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refuse("the host has other characters than ASCII")
        }
        // The log's form puts brackets around nothing but an address with colons.
        guard !host.contains(where: { $0 == "[" || $0 == "]" }) else { throw refuse("a bracket inside the host") }
        guard !rest.isEmpty else { return .smtp(host: String(host), port: 25) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65535).contains(port) else {
            throw refuse("the port must be a number from 1 to 65535")
        }
        return .smtp(host: String(host), port: port)
    }

    /// Whatever stands before an @ may be a password: it is not repeated in an error.
    private static func withoutSecrets(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@"), let slashes = address.firstRange(of: "://") else { return address }
        return address[..<slashes.upperBound] + "…" + address[at...]
    }
}
