import Foundation
import Testing

/// A Postfix with a configuration, a queue and mail folders of its own. Must be started by root, and needs nothing of the
/// system's own Postfix but its programs.
final class PostfixServer {
    let host = Loopback.freshHost()
    private let scratch: Scratch
    private let root: String
    private var process: IsolatedProcess?

    /// - Parameters:
    ///   - settings: lines of `main.cf`; `ROOT` stands for the server's directory.
    ///   - services: further lines of `master.cf`.
    ///   - processes: how many connections it serves at once; it takes in more, and leaves them without a greeting.
    init(
        _ scratch: Scratch, _ settings: [String] = [], services: [String] = [], processes: Int = 100
    ) throws {
        self.scratch = scratch
        root = scratch.file("postfix")
        for folder in ["etc", "queue", "data", "mail"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try FileManager.default.setAttributes([.ownerAccountName: "postfix"], ofItemAtPath: "\(root)/data")
        try FileManager.default.setAttributes([.ownerAccountName: "nobody"], ofItemAtPath: "\(root)/mail")
        // `postsuper` tidies the queue as that user before a start; where it has something to say and cannot, Postfix does
        // not start at all.
        try scratch.write("postfix/mail.log", "")
        try FileManager.default.setAttributes([.ownerAccountName: "postfix"], ofItemAtPath: file("mail.log"))
        let main = Self.main + "\n" + settings.joined(separator: "\n") + "\n"
        try scratch.write("postfix/etc/main.cf", main.replacing("ROOT", with: root))
        let master =
            Self.master.replacing("PROCESSES", with: "\(processes)").replacing("HOST", with: host) + "\n"
            + services.joined(separator: "\n") + "\n"
        try scratch.write("postfix/etc/master.cf", master.replacing("ROOT", with: root).replacing("HOST", with: host))
    }

    func file(_ name: String) -> String { "\(root)/\(name)" }
    func url(_ query: String = "connections=5") -> String { "smtp://\(host):25?\(query)" }

    func start() async throws {
        let process = try IsolatedProcess(
            script: "/usr/sbin/postfix -c \"$0\" start-fg", argument: "\(root)/etc", directory: scratch.path)
        self.process = process
        try await process.listens("Postfix", host, port: 25) { log }
    }

    /// As a power cut would.
    func kill() async throws {
        try await process?.end()
        process = nil
    }

    var log: String { (try? String(contentsOfFile: file("mail.log"), encoding: .utf8)) ?? "" }

    /// Waits until so many messages have come through its queue into the folders.
    func delivered(_ count: Int) async throws -> [ArrivedMessage] {
        let folder = file("mail")
        try await Eventually.holds(
            "\(count) messages; there are \(ArrivedMessage.count(in: folder)): \(log.suffix(2000))",
            within: .seconds(120),
            every: .milliseconds(20)
        ) { ArrivedMessage.count(in: folder) >= count }
        return try arrived()
    }

    func arrived() throws -> [ArrivedMessage] { try ArrivedMessage.all(in: file("mail")) }

    var deliveredCount: Int { ArrivedMessage.count(in: file("mail")) }

    private static let main = """
        compatibility_level = 3.6
        queue_directory = ROOT/queue
        data_directory = ROOT/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file = ROOT/mail.log
        maillog_file_prefixes = ROOT
        myhostname = mx.example.com
        mydestination =
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mynetworks = 127.0.0.0/8
        smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
        smtpd_peername_lookup = no
        smtpd_error_sleep_time = 0
        alias_maps =
        local_recipient_maps =
        virtual_mailbox_domains = example.com
        virtual_mailbox_base = ROOT/mail
        virtual_mailbox_maps = static:all/
        virtual_uid_maps = static:65534
        virtual_gid_maps = static:65534
        """

    private static let master = """
        HOST:25 inet n - n - PROCESSES smtpd
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        showq unix n - n - - showq
        error unix - - n - - error
        retry unix - - n - - error
        virtual unix - n n - - virtual
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd
        """
}
