import Foundation
import Testing

/// A Dovecot that takes mail in by LMTP and knows a user's password, with folders of its own. Must be started by root.
final class DovecotServer {
    static let user = "mailer"
    static let password = "correct horse, 7 batteries"

    let host = Loopback.freshHost()
    private let scratch: Scratch
    private let root: String
    private var process: IsolatedProcess?

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        root = scratch.file("dovecot")
        for folder in ["run", "state", "mail"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try FileManager.default.setAttributes([.ownerAccountName: "nobody"], ofItemAtPath: "\(root)/mail")
        try scratch.write("dovecot/users", "\(Self.user):{PLAIN}\(Self.password)\n")
        let configuration = Self.configuration.replacing("ROOT", with: root).replacing("HOST", with: host)
        try scratch.write("dovecot/dovecot.conf", configuration)
    }

    /// Where other servers ask whether a password is right.
    var authenticationSocket: String { "\(root)/auth.sock" }
    var socketURL: String { "lmtp+unix://\(root)/lmtp.sock" }
    var url: String { "lmtp://\(host):24" }

    func start() async throws {
        let process = try IsolatedProcess(
            script: "/usr/sbin/dovecot -F -c \"$0\"", argument: "\(root)/dovecot.conf", directory: scratch.path)
        self.process = process
        try await process.listens("Dovecot", host, port: 24) { log }
    }

    /// As a power cut would.
    func kill() async throws {
        try await process?.end()
        process = nil
    }

    var log: String { (try? String(contentsOfFile: "\(root)/dovecot.log", encoding: .utf8)) ?? "" }

    var deliveredCount: Int { ArrivedMessage.count(in: "\(root)/mail") }

    func delivered() throws -> [ArrivedMessage] { try ArrivedMessage.all(in: "\(root)/mail") }

    private static let configuration = """
        base_dir = ROOT/run
        state_dir = ROOT/state
        log_path = ROOT/dovecot.log
        protocols = lmtp
        ssl = no
        listen = HOST
        first_valid_uid = 1
        mail_location = maildir:ROOT/mail/%u
        auth_mechanisms = plain login scram-sha-256
        disable_plaintext_auth = no
        passdb {
          driver = passwd-file
          args = ROOT/users
        }
        userdb {
          driver = static
          args = uid=65534 gid=65534 home=ROOT/mail/%u allow_all_users=yes
        }
        service lmtp {
          unix_listener ROOT/lmtp.sock {
            mode = 0600
          }
          inet_listener lmtp {
            address = HOST
            port = 24
          }
        }
        service auth {
          unix_listener ROOT/auth.sock {
            mode = 0666
          }
        }

        """
}
