import CampaignSMTP
import NIOCore
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("Dot-stuffing")
struct DotStuffingTests {
    private func stuffed(_ message: [UInt8]) -> [UInt8] {
        var buffer = ByteBuffer()
        DotStuffing.write(message, into: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// The same, one byte at a time.
    private func oracle(_ message: [UInt8]) -> [UInt8] {
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < message.count {
            switch message[index] {
            case 0x0D:
                lines.append([])
                if index + 1 < message.count, message[index + 1] == 0x0A { index += 1 }
            case 0x0A: lines.append([])
            case let byte: lines[lines.count - 1].append(byte)
            }
            index += 1
        }
        if lines.last == [] { lines.removeLast() }
        return lines.flatMap { ($0.first == 0x2E ? [0x2E] : []) + $0 + [0x0D, 0x0A] } + Array(".\r\n".utf8)
    }

    @Test(
        "examples",
        arguments: [
            ("", ".\r\n"), ("a\r\n", "a\r\n.\r\n"), ("a", "a\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.b\r\n..\r\n", "a\r\n..b\r\n...\r\n.\r\n"), ("a\nb\rc", "a\r\nb\r\nc\r\n.\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"), ("a\r\r\n", "a\r\n\r\n.\r\n"), ("\n\r", "\r\n\r\n.\r\n"),
        ]
    )
    func examples(_ message: String, _ expected: String) {
        #expect(String(decoding: stuffed(Array(message.utf8)), as: UTF8.self) == expected)
    }

    @Test("every message of up to seven bytes of CR, LF, dot and letter is as the oracle says")
    func exhaustive() {
        let alphabet: [UInt8] = [0x0D, 0x0A, 0x2E, 0x61]
        for length in 0...7 {
            for number in 0..<(1 << (2 * length)) {
                let message = (0..<length).map { alphabet[(number >> (2 * $0)) & 3] }
                guard stuffed(message) == oracle(message) else {
                    Issue.record("\(message): \(stuffed(message)) instead of \(oracle(message))")
                    return
                }
            }
        }
    }

    @Test("long random messages are as the oracle says, and hold no bare CR or LF and one terminator")
    func random() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<300 {
            let weight = random.next() % 40 + 4
            let message = (0..<Int(random.next() % 3000)).map { _ in
                let choice = random.next() % weight
                return choice < 3 ? [0x0D, 0x0A, 0x2E][Int(choice)] : UInt8(truncatingIfNeeded: random.next())
            }
            let output = stuffed(message)
            #expect(output == oracle(message))
            for (index, byte) in output.enumerated() {
                if byte == 0x0A { #expect(index > 0 && output[index - 1] == 0x0D) }
                if byte == 0x0D { #expect(index + 1 < output.count && output[index + 1] == 0x0A) }
            }
        }
    }

    @Test("bare CRs before a long line do not make it be read once per CR")
    func carriageReturns() {
        let line = Array(repeating: UInt8(0x61), count: 16 << 20)
        let plain = processorTime(of: line + line)
        let message = Array(repeating: UInt8(0x0D), count: 4_000) + line
        // Once per CR would be 2,000 times as much.
        #expect(processorTime(of: message) < plain * 50 + .milliseconds(100))
        #expect(stuffed(message).count == 8_000 + (16 << 20) + 5)
    }

    /// What this thread spends on it: other than time by the clock, it does not depend on what else the machine does.
    private func processorTime(of message: [UInt8]) -> Duration {
        func now() -> Duration {
            var time = timespec()
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        var buffer = ByteBuffer()
        let began = now()
        DotStuffing.write(message, into: &buffer)
        return now() - began
    }
}
