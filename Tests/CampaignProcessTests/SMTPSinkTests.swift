import Foundation
import Testing

extension ProcessTests {
    /// A server that none of us wrote: Postfix's test sink.
    @Suite("Postfix's smtp-sink", .serialized)
    struct SMTPSinkTests {
        @Test(
            "R16, R23: every message arrives exactly once and whole: with pipelining, without, and without ESMTP",
            arguments: [[], ["-p"], ["-e"]])
        func delivers(options: [String]) async throws {
            let scratch = try Scratch()
            let sink = try await SMTPSink.start(scratch, options)
            let campaign = try TestCampaign(
                scratch, recipients: 400, endpoints: ["smtp://127.0.0.1:\(sink.port)?connections=8"])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            try await campaign.expectSound()
            try await sink.end()
            let messages = try sink.messages()
            #expect(messages.count == 400)
            let identifiers = messages.compactMap { message in
                message.split(separator: "\n").first { $0.hasPrefix("Message-ID: <") }
            }
            #expect(Set(identifiers).count == 400)
            for ordinal in 0..<400 {
                let address = TestCampaign.address(ordinal)
                #expect(messages.count { $0.contains("\nTo: \(address)\n") } == 1, "\(address)")
            }
        }
    }
}

/// `smtp-sink`, which dumps what it accepts into a file.
private final class SMTPSink {
    let port: Int
    private let process: RunningProcess
    private let dump: String

    private init(_ process: RunningProcess, port: Int, dump: String) {
        self.process = process
        self.port = port
        self.dump = dump
    }

    /// It cannot be told to take any free port, and between the choice of one and its start somebody may take that.
    static func start(_ scratch: Scratch, _ options: [String]) async throws -> SMTPSink {
        var ended = ""
        for attempt in 1...5 {
            let sink = try launch(scratch, options, attempt)
            try await Eventually.holds("smtp-sink to listen; it said: \(sink.process.diagnostics)") {
                canConnect(sink.port) || !sink.process.isRunning
            }
            if sink.process.isRunning { return sink }
            ended = sink.process.diagnostics
        }
        throw Programs.Missing(description: "smtp-sink ended: \(ended)")
    }

    private static func launch(_ scratch: Scratch, _ options: [String], _ attempt: Int) throws -> SMTPSink {
        let port = try freePort()
        // As root it gives its rights up, and must be able to write as nobody.
        _ = unsafe chmod(scratch.path, 0o777)
        let dump = scratch.file("sink-\(attempt).txt")
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        let process = try RunningProcess(
            "/usr/sbin/smtp-sink", user + options + ["-D", dump, "127.0.0.1:\(port)", "100"], directory: scratch.path)
        return SMTPSink(process, port: port, dump: dump)
    }

    func end() async throws { try await process.end() }

    /// Each begins with the sink's own lines about the client; the connection that saw it listen left none.
    func messages() throws -> [String] {
        let text = try String(contentsOfFile: dump, encoding: .utf8).replacingOccurrences(of: "\r\n", with: "\n")
        return text.components(separatedBy: "X-Client-Addr: ").dropFirst().map { $0 }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(bound, "no free port")
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func canConnect(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        return unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
