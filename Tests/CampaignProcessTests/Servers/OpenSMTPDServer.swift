import Foundation
import Testing

/// An OpenSMTPD, unpacked but not installed: the folders and users that it insists on exist in a mount name space of its
/// own. Must be started by root.
final class OpenSMTPDServer {
    let host = Loopback.freshHost()
    private let scratch: Scratch
    private let root: String
    private var process: IsolatedProcess?

    init(_ scratch: Scratch) throws {
        self.scratch = scratch
        root = scratch.file("opensmtpd")
        try FileManager.default.createDirectory(atPath: "\(root)/mail", withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.ownerAccountID: Self.mailboxUser], ofItemAtPath: "\(root)/mail")
        try scratch.write(
            "opensmtpd/smtpd.conf", Self.configuration.replacing("ROOT", with: root).replacing("HOST", with: host))
    }

    func url(_ query: String = "connections=5") -> String { "smtp://\(host):25?\(query)" }

    func start() async throws {
        let programs = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../.build/servers/opensmtpd").standardizedFileURL.path
        try #require(
            FileManager.default.isExecutableFile(atPath: "\(programs)/usr/sbin/smtpd"),
            "OpenSMTPD is missing: make test-deps unpacks it")
        let process = try IsolatedProcess(script: Self.start, argument: programs, directory: root, mounts: true)
        self.process = process
        try await process.listens("OpenSMTPD", host, port: 25)
    }

    /// Waits until so many messages lie in the folder.
    func delivered(_ count: Int) async throws -> [ArrivedMessage] {
        let folder = "\(root)/mail"
        try await Eventually.holds(
            "\(count) messages; there are \(ArrivedMessage.count(in: folder))", within: .seconds(120),
            every: .milliseconds(20)
        ) { ArrivedMessage.count(in: folder) >= count }
        return try ArrivedMessage.all(in: folder)
    }

    private static let mailboxUser = 64_903

    private static let configuration = """
        listen on HOST port 25
        table mailboxes { "@example.com" = "mailbox" }
        action "deliver" maildir "ROOT/mail/all" virtual <mailboxes>
        match from any for domain "example.com" action "deliver"

        """

    /// What the package's scripts would do to the system, done to a view of it that ends with the server.
    private static let start = """
        set -e
        cp /etc/passwd passwd
        cp /etc/group group
        for user in opensmtpd:64901 opensmtpq:64902 mailbox:64903; do
            echo "${user%:*}:x:${user#*:}:${user#*:}::/nonexistent:/bin/sh" >>passwd
            echo "${user%:*}:x:${user#*:}:" >>group
        done
        mount --bind passwd /etc/passwd
        mount --bind group /etc/group
        mount -t tmpfs tmpfs /var/lib
        mkdir -p /var/lib/opensmtpd/empty
        mount -t tmpfs tmpfs /var/spool
        mkdir -m 711 /var/spool/smtpd
        mount -t tmpfs tmpfs /run
        mkdir -p /usr/libexec
        mount -t tmpfs tmpfs /usr/libexec
        cp -r "$0/usr/libexec/opensmtpd" /usr/libexec/
        "$0/usr/sbin/smtpd" -d -f smtpd.conf
        """
}
