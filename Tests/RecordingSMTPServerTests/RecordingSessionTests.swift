import NIOCore
import NIOEmbedded
import Testing

@testable import recording_smtp_server

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Recording SMTP server")
struct RecordingSessionTests {
    private static let message = "Subject: x\r\nMessage-ID: <KEY1@example.com>\r\n\r\n..dots\r\n"
    private static let envelope = "EHLO c\r\nMAIL FROM:<s@x> SIZE=10\r\nRCPT TO:<r@x>\r\nDATA\r\n"

    /// Plays a client's bytes, split as given; returns the reply codes, what was recorded, and whether it was cut off.
    private func play(
        _ chunks: [String],
        _ arguments: [String] = []
    ) throws -> (codes: [String], record: String, isOpen: Bool) {
        let name = "/tmp/recording-smtp-server-test-\(UInt64.random(in: 0...UInt64.max))"
        defer { unsafe unlink(name) }
        let options = try ServerOptions(arguments: ["--port", "0", "--record", name] + arguments)
        let recorder = try Recorder(path: name, isSynchronous: options.isSynchronous)
        let policy = MessagePolicy(options: options)
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(
            RecordingSession(options: options, policy: policy, recorder: recorder)
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait()
        for chunk in chunks where channel.isActive { try channel.writeInbound(ByteBuffer(string: chunk)) }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(options.latencyMilliseconds))
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        let codes = text.split(separator: "\r\n").filter { !$0.dropFirst(3).hasPrefix("-") }.map {
            String($0.prefix(3))
        }
        return (codes, try contents(of: name), channel.isActive)
    }

    private func contents(of path: String) throws -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test("a message is recorded with its key, recipient and unstuffed size, however its bytes arrive")
    func recorded() throws {
        let all = Self.envelope + Self.message + ".\r\nQUIT\r\n"
        let record = "KEY1\tr@x\t\(Self.message.utf8.count - 1)\n"
        let codes = ["220", "250", "250", "250", "354", "250", "221"]
        for chunks in [[all], all.unicodeScalars.map { String($0) }] {
            let played = try play(chunks)
            #expect(played.codes == codes)
            #expect(played.record == record)
            #expect(!played.isOpen)
        }
    }

    @Test("the faults: recorded without a reply, or neither")
    func faults() throws {
        let all = [Self.envelope, Self.message + ".\r\n"]
        let begun = ["220", "250", "250", "250", "354"]
        for (arguments, isRecorded) in [
            (["--drop-after-dot-every", "1"], true), (["--drop-before-record-every", "1"], false),
            (["--drop-before-reply-probability", "1", "--seed", "3"], true),
        ] {
            let played = try play(all, arguments)
            #expect(played.codes == begun)
            #expect(played.record.isEmpty == !isRecorded)
            #expect(!played.isOpen)
        }
        let second = try play(all + [Self.envelope + Self.message + ".\r\n"], ["--drop-after-dot-every", "2"])
        #expect(second.codes == begun + ["250"] + begun.dropFirst())
    }

    @Test("a connection that ends before the final dot leaves no record")
    func unfinished() throws {
        let played = try play([Self.envelope, Self.message])
        #expect(played.record.isEmpty)
    }

    @Test("refused and deferred recipients")
    func recipients() throws {
        let refused = try play([Self.envelope], ["--refuse-rcpt", "r@=550 5.1.1 No"])
        #expect(refused.codes == ["220", "250", "250", "550", "503"])
        let again = "RCPT TO:<r@x>\r\n"
        let deferred = try play(["EHLO c\r\nMAIL FROM:<>\r\n", again, again, again], ["--defer-first", "2"])
        #expect(deferred.codes == ["220", "250", "250", "450", "450", "250"])
    }

    @Test("what breaks the protocol is refused")
    func protocolErrors() throws {
        let played = try play(
            ["DATA\r\nRCPT TO:<a@b>\r\nMAIL FROM:x\r\nWHAT\r\nMAIL FROM:<> SIZE=99\r\n"],
            ["--size-limit", "9"]
        )
        #expect(played.codes == ["220", "503", "503", "501", "500", "552"])
        let large = try play([Self.envelope.replacing(" SIZE=10", with: ""), Self.message], ["--size-limit", "9"])
        #expect(large.codes == ["220", "250", "250", "250", "354", "552"])
        #expect(!large.isOpen)
    }

    @Test(
        "a command line that makes no sense is refused",
        arguments: [
            [], ["--port", "0"], ["--record", "f"], ["--port", "x", "--record", "f"],
            ["--port", "0", "--record", "f", "--what", "1"],
            ["--port", "0", "--record", "f", "--refuse-rcpt", "=550 x"], ["--port", "0", "--record", "f", "--latency"],
        ]
    )
    func usage(_ arguments: [String]) {
        #expect(throws: ServerOptions.UsageError.self) { try ServerOptions(arguments: arguments) }
    }
}
