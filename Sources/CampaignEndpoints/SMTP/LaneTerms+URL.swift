import CampaignDomain
import CampaignEngine
import CampaignSMTP
import Foundation
import NIOCore

extension LaneTerms {
    /// Reads what the address names: passwords and certificates.
    ///
    /// - Throws: `badEndpoint` saying what cannot be read, and why.
    init(_ url: EndpointURL) throws(EngineError) {
        let address: SMTPServerAddress =
            switch url.place {
            case .server(let host, let port): .host(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            case .directory: preconditionFailure("not the address of a server")
            }
        let scheme = url.scheme ?? .smtp
        self.init(
            address: address,
            configuration: SMTPConnectionConfiguration(
                greetingName: LocalName.greeting, greetingVerb: scheme.isLMTP ? .lhlo : .ehlo,
                timeouts: SMTPTimeouts(commandMilliseconds: url.timeoutMilliseconds),
                security: try url.connectionSecurity(scheme),
                allowsPlaintextAuthentication: !scheme.isReadableOnTheWay || url.security.allowsPlaintext,
                terms: url.smtp.terms),
            messagesPerConnection: url.messagesPerConnection, claimsAhead: url.smtp.claimsAhead,
            idleMax: url.smtp.idleMilliseconds.map { .milliseconds($0) } ?? LaneTerms.idleMaxDefault,
            retryInterval: .milliseconds(url.policy.delays.firstMilliseconds), credentials: try url.credentials(),
            trace: try url.traceFolder())
    }

    /// For a connection that is opened now.
    var configurationNow: SMTPConnectionConfiguration {
        guard let credentials else { return configuration }
        var configuration = configuration
        configuration.credentials = credentials.current
        return configuration
    }
}

extension EndpointURL {
    fileprivate func connectionSecurity(
        _ scheme: ServerScheme
    ) throws(EngineError) -> SMTPConnectionConfiguration.Security {
        guard scheme.isEncrypted, case .server(let host, _) = place else { return .none }
        let name = ServerName(security.serverName ?? host)
        let client: TLSClient
        do {
            let roots: TrustRoots = try security.rootsPath.map { try .file($0) } ?? .system
            client = try TLSClient(serverName: name, roots: roots)
        } catch {
            let what = security.rootsPath.map { "tls-ca \($0)" } ?? "the system's certificates"
            throw EngineError(.badEndpoint, "\(what): cannot be read as PEM certificates (\(error))")
        }
        return scheme == .smtps ? .implicitTLS(client) : .startTLS(client)
    }

    fileprivate func traceFolder() throws(EngineError) -> TraceFolder? {
        guard let path = smtp.tracePath else { return nil }
        return try TraceFolder(path: path, title: String(description.prefix { $0 != "?" }))
    }

    fileprivate func credentials() throws(EngineError) -> CredentialKeeper? {
        guard let user, let source = security.secret else { return nil }
        return try CredentialKeeper(user: user, source: source, mechanism: security.mechanism)
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
        (connect, handshake, greeting, hello, startTLS, authenticate) = (time, time, time, time, time, time)
        (mail, recipient, dataInitiation, dataBlock, reset) = (time, time, time, time, time)
    }
}
