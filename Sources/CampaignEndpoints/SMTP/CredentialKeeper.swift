import CampaignEngine
import CampaignSMTP
import Synchronization

/// The credentials of an endpoint, as they are now: a campaign may run for longer than a token or a password is valid.
///
/// A file is read anew when it has changed since. One that cannot be used any more, or is just being written, leaves
/// what was read before; the server then says whether that is still good.
final class CredentialKeeper: Sendable {
    private struct Kept {
        var credentials: Credentials
        var version: SecretSource.Version?
    }

    private let source: SecretSource
    private let kept: Mutex<Kept>

    /// - Throws: `badEndpoint` where there is no secret to begin with.
    init(user: String, source: SecretSource, mechanism: AuthenticationMechanism?) throws(EngineError) {
        self.source = source
        // The version first: a file that changes in between is read once more.
        let version = source.version
        let secret = try source.load()
        do throws(CredentialsError) {
            let credentials = try Credentials(user: user, secret: secret, mechanism: mechanism)
            kept = Mutex(Kept(credentials: credentials, version: version))
        } catch {
            throw EngineError(.badEndpoint, "\(source): \(error)")
        }
    }

    /// From any thread; looks at the file, and seldom reads it.
    var current: Credentials {
        kept.withLock { kept in
            let version = source.version
            guard version != kept.version else { return kept.credentials }
            guard let secret = try? source.load(), secret != kept.credentials.secret,
                let credentials = try? Credentials(
                    user: kept.credentials.user, secret: secret, mechanism: kept.credentials.mechanism)
            else { return kept.credentials }
            kept = Kept(credentials: credentials, version: version)
            return credentials
        }
    }
}
