/// What the command line asks for.
struct ServerOptions {
    /// A recipient that contains the text gets the reply.
    struct Refusal {
        let substring: [UInt8]
        let reply: String
    }

    static let usage = """
        usage: recording-smtp-server --port PORT --record FILE [options]

        Accepts mail and appends a line "MESSAGE-ID-LOCAL-PART TAB RECIPIENT TAB BYTES" to FILE for every message and
        recipient, in one write, before it replies 250. Prints "ready PORT" when it listens (port 0: any free one).

          --host ADDRESS                      default 127.0.0.1
          --fsync                             makes every line durable before the reply
          --no-pipelining                     does not offer PIPELINING
          --size-limit BYTES                  default 52428800
          --latency MS                        delays every reply
          --idle-timeout MS                   421 and the end to a connection that says nothing for so long
          --refuse-rcpt "SUBSTRING=CODE TEXT" refuses recipients that contain SUBSTRING (repeatable)
          --defer-first N                     450 4.7.1 to each recipient's first N attempts
          --drop-after-dot-every N            every Nth message is recorded, then the connection cut without a reply
          --drop-before-record-every N        every Nth message is cut off without being recorded
          --drop-before-reply-probability P   as --drop-after-dot-every, at random
          --seed S                            for the above, default 1
          --die-after N                       the process ends after recording N messages, the last without a reply

        """

    var host = "127.0.0.1"
    var port = 0
    var recordPath = ""
    var isSynchronous = false
    var offersPipelining = true
    var sizeLimitBytes = 52_428_800
    var latencyMilliseconds: Int64 = 0
    var idleTimeoutMilliseconds: Int64 = 0
    var refusals: [Refusal] = []
    var deferredAttempts = 0
    var dropAfterDotEvery = 0
    var dropBeforeRecordEvery = 0
    var dropBeforeReplyProbability = 0.0
    var seed: UInt64 = 1
    var dieAfter = 0

    struct UsageError: Error {
        let message: String
    }

    init(arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        var isPortGiven = false
        while let option = rest.popFirst() {
            switch option {
            case "--fsync": isSynchronous = true
            case "--no-pipelining": offersPipelining = false
            default:
                guard let value = rest.popFirst() else { throw UsageError(message: "\(option) needs a value") }
                try take(option, value)
                if option == "--port" { isPortGiven = true }
            }
        }
        guard isPortGiven, !recordPath.isEmpty else { throw UsageError(message: "--port and --record are needed") }
    }

    private mutating func take(_ option: String, _ value: String) throws(UsageError) {
        switch option {
        case "--host": host = value
        case "--port": port = try Self.number(option, value, in: 0...65535)
        case "--record": recordPath = value
        case "--size-limit": sizeLimitBytes = try Self.number(option, value, in: 1...(1 << 40))
        case "--latency": latencyMilliseconds = Int64(try Self.number(option, value, in: 0...3_600_000))
        case "--idle-timeout": idleTimeoutMilliseconds = Int64(try Self.number(option, value, in: 1...3_600_000))
        case "--defer-first": deferredAttempts = try Self.number(option, value, in: 0...Int.max)
        case "--drop-after-dot-every": dropAfterDotEvery = try Self.number(option, value, in: 1...Int.max)
        case "--drop-before-record-every": dropBeforeRecordEvery = try Self.number(option, value, in: 1...Int.max)
        case "--die-after": dieAfter = try Self.number(option, value, in: 1...Int.max)
        case "--seed": seed = UInt64(try Self.number(option, value, in: 0...Int.max))
        case "--drop-before-reply-probability":
            guard let probability = Double(value), (0...1).contains(probability) else {
                throw UsageError(message: "\(option): \(value) is no probability")
            }
            dropBeforeReplyProbability = probability
        case "--refuse-rcpt":
            guard let separator = value.lastIndex(where: { $0 == "=" }), separator != value.startIndex,
                let code = Int(value[separator...].dropFirst().prefix(3)), (400...599).contains(code)
            else { throw UsageError(message: "\(option): \(value) is not SUBSTRING=CODE TEXT") }
            let reply = String(value[value.index(after: separator)...])
            refusals.append(Refusal(substring: Array(value[..<separator].utf8), reply: reply))
        default: throw UsageError(message: "unknown option \(option)")
        }
    }

    private static func number(
        _ option: String,
        _ value: String,
        in range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw UsageError(message: "\(option): \(value) is not a number from \(range.lowerBound) on")
        }
        return number
    }
}
