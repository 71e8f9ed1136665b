import CampaignEngine

/// What stands before the `?` of an endpoint's address: the kind, the user, and the place.
struct EndpointAddress {
    let place: EndpointURL.Place
    let scheme: ServerScheme?
    let user: String?

    /// Longest path that a socket's address holds, its NUL included (`sun_path`).
    private static let socketPathSizeBytes = 108

    init(_ address: String, relativeTo directory: String) throws(EngineError) {
        if address.hasPrefix("dir:") {
            let path = String(address.dropFirst(4))
            guard !path.isEmpty else { throw EngineError(.badEndpoint, "dir: needs a path, as in dir:outbox") }
            place = .directory(path: EndpointURL.absolute(path, relativeTo: directory))
            (scheme, user) = (nil, nil)
            return
        }
        guard let scheme = ServerScheme(of: address) else {
            throw EngineError(
                .badEndpoint,
                "\(Self.withoutSecrets(address)): unknown kind of endpoint; use smtp://, smtp+starttls://, smtps://, "
                    + "lmtp://, lmtp+starttls:// with host:port, lmtp+unix:///path or dir:path")
        }
        var rest = address.dropFirst(scheme.rawValue.count)
        self.scheme = scheme
        user = try Self.takeUser(&rest, scheme)
        place = scheme == .lmtpUnix ? try Self.socket(rest, scheme) : try Self.server(rest, scheme)
    }

    /// Whatever stands before an @ may be a password: it is not repeated in an error.
    static func withoutSecrets(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@"), let slashes = address.firstRange(of: "://") else { return address }
        return address[..<slashes.upperBound] + "…" + address[at...]
    }

    private static func takeUser(_ rest: inout Substring, _ scheme: ServerScheme) throws(EngineError) -> String? {
        guard let at = rest.lastIndex(of: "@") else { return nil }
        func refuse(_ why: String) -> EngineError {
            EngineError(.badEndpoint, "\(scheme.rawValue)…\(rest[at...]): \(why)")
        }
        let written = rest[..<at]
        guard !written.contains(":") else {
            throw refuse(
                "a password does not belong into an address, which logs and process lists show; "
                    + "use password-file=PATH or password-env=NAME")
        }
        guard let user = PercentEncoding.decode(written), !user.isEmpty,
            !user.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { throw refuse("the user before the @ is empty, badly percent-encoded, or has a control character") }
        rest = rest[rest.index(after: at)...]
        return user
    }

    private static func socket(_ written: Substring, _ scheme: ServerScheme) throws(EngineError) -> EndpointURL.Place {
        guard let path = PercentEncoding.decode(written), path.hasPrefix("/"), path.utf8.count < socketPathSizeBytes
        else {
            throw EngineError(
                .badEndpoint,
                "\(scheme.rawValue)\(written): needs an absolute path of at most \(socketPathSizeBytes - 1) bytes, as in "
                    + "lmtp+unix:///run/dovecot/lmtp")
        }
        return .socket(path: path)
    }

    private static func server(_ authority: Substring, _ scheme: ServerScheme) throws(EngineError) -> EndpointURL.Place
    {
        func refuse(_ why: String, _ shown: Substring) -> EngineError {
            EngineError(.badEndpoint, "\(scheme.rawValue)\(shown): \(why)")
        }
        var rest = authority
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains("/") else { throw refuse("a server's address has no path", authority) }
        let host: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else {
                throw refuse("the bracket of the IPv6 address is not closed", authority)
            }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
        } else {
            host = rest.prefix { $0 != ":" }
            rest = rest[host.endIndex...]
        }
        guard !host.isEmpty else { throw refuse("the host is missing", "") }
        guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw refuse("the host has other characters than ASCII", authority)
        }
        // The log's form puts brackets around nothing but an address with colons.
        guard !host.contains(where: { $0 == "[" || $0 == "]" }) else {
            throw refuse("a bracket inside the host", authority)
        }
        guard !rest.isEmpty else { return .server(host: String(host), port: scheme.portDefault) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65535).contains(port) else {
            // Not repeated: a password with a question mark in it looks like a port.
            throw refuse("what follows the host must be :port, a number from 1 to 65535", host)
        }
        return .server(host: String(host), port: port)
    }
}
