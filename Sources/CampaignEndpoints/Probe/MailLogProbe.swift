import CampaignDomain
import Foundation

/// Looks for messages in the log of a Postfix that took them, or did not.
///
/// `cleanup` logs each Message-ID when the header has arrived, which is before the final reply. Only what comes after it says
/// whether the message was taken: `qmgr … from=<…>` and everything after it, `hold`, `discard`. A rejection after it
/// (`milter-reject`, `reject`, a queue file that cannot be written) says that it was not. A Message-ID that is nowhere in
/// the log was not taken, if the log reaches without a hole from the claim to `settle` after the time at which the sender was
/// lost. Everything else is unknown.
struct MailLogProbe: MessageProbe {
    let path: String
    let settleMilliseconds: Int64
    var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }

    func verdicts(_ questions: [MessageQuestion]) -> [ProbeVerdict] {
        let since = questions.compactMap(\.claimedAt).min() ?? 0
        var reading = MailLogReading(keys: Set(questions.map(\.key)), now: now())
        let isWhole = MailLogFiles(path: path).read(since: since, into: &reading)
        return questions.map { verdict($0, reading, isWhole) }
    }

    private func verdict(_ question: MessageQuestion, _ reading: MailLogReading, _ isWhole: Bool) -> ProbeVerdict {
        switch reading.fate(of: question.key) {
        case .taken: return .accepted
        case .refused: return .notAccepted
        case .undecided: return .unknown
        case .absent:
            guard isWhole, !reading.hasHoles, let claimedAt = question.claimedAt, let lostAt = question.lostAt,
                let first = reading.first, let last = reading.last
            else { return .unknown }
            let isCovered = first.latest <= claimedAt && last.earliest >= lostAt + settleMilliseconds
            return isCovered ? .notAccepted : .unknown
        }
    }
}

/// What the lines of a log, from the oldest to the newest, say of some messages.
struct MailLogReading {
    enum Fate: Hashable {
        /// Its Message-ID was not seen.
        case absent
        /// Seen, and nothing more.
        case undecided
        case taken
        case refused
    }

    /// The times of the first and of the last line that has one.
    private(set) var first: SyslogTime?
    private(set) var last: SyslogTime?
    /// The log says of itself that it has left lines out.
    private(set) var hasHoles = false
    private let keys: Set<String>
    private let now: Int64
    private var newest: ArraySlice<UInt8> = []
    /// The queue ids under which each message has come, and what became of each.
    private var fates: [String: [String: Fate]] = [:]
    private var keyOfQueueID: [String: String] = [:]

    init(keys: Set<String>, now: Int64) {
        self.keys = keys
        self.now = now
    }

    func fate(of key: String) -> Fate {
        guard let all = fates[key]?.values, !all.isEmpty else { return .absent }
        if all.contains(.taken) { return .taken }
        return all.allSatisfy { $0 == .refused } ? .refused : .undecided
    }

    mutating func take(_ line: ArraySlice<UInt8>) {
        if first == nil {
            first = SyslogTime(line, now: now)
            last = first
        }
        guard let body = Self.body(of: line) else { return }
        newest = line
        if Self.tellsOfLoss(line) { hasHoles = true }
        guard let colon = body.firstIndex(of: UInt8(ascii: ":")), colon - body.startIndex <= 32 else { return }
        var token = body[body.startIndex..<colon]
        var rest = body[body.index(after: colon)...].drop { $0 == UInt8(ascii: " ") }
        let isWarning = token.elementsEqual("warning".utf8)
        if isWarning {
            guard let end = rest.firstIndex(of: UInt8(ascii: ":")), end - rest.startIndex <= 32 else { return }
            token = rest[rest.startIndex..<end]
            rest = rest[rest.index(after: end)...].drop { $0 == UInt8(ascii: " ") }
        }
        guard token.allSatisfy(Self.isOfQueueID) else { return }
        let queueID = String(decoding: token, as: UTF8.self)
        if !isWarning, rest.starts(with: "message-id=".utf8) {
            begin(queueID, rest.dropFirst("message-id=".utf8.count))
        } else if let key = keyOfQueueID[queueID] {
            settle(queueID, of: key, rest, isWarning)
        }
    }

    /// All lines were taken.
    mutating func finish() {
        if let time = SyslogTime(newest, now: now) { last = time }
    }

    private mutating func begin(_ queueID: String, _ id: ArraySlice<UInt8>) {
        // A queue id that was used again.
        keyOfQueueID[queueID] = nil
        let local = id.drop { $0 == UInt8(ascii: "<") }.prefix { $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ">") }
        let key = String(decoding: local, as: UTF8.self)
        guard keys.contains(key) else { return }
        keyOfQueueID[queueID] = key
        if fates[key]?[queueID] == nil { fates[key, default: [:]][queueID] = .undecided }
    }

    private mutating func settle(_ queueID: String, of key: String, _ text: ArraySlice<UInt8>, _ isWarning: Bool) {
        if isWarning {
            if Self.contains(text, "queue file"), fates[key]?[queueID] != .taken { fates[key]?[queueID] = .refused }
        } else if Self.takenWords.contains(where: { text.starts(with: $0.utf8) }) {
            fates[key]?[queueID] = .taken
        } else if Self.refusedWords.contains(where: { text.starts(with: $0.utf8) }), fates[key]?[queueID] != .taken {
            fates[key]?[queueID] = .refused
        }
    }

    /// The queue manager's and the delivery agents' lines, and what lets the client hear 250 without them.
    private static let takenWords = [
        "from=<", "to=<", "removed", "hold: ", "discard: ", "milter-discard: ", "milter-hold: ", "milter-quarantine: ",
    ]
    private static let refusedWords = ["reject: ", "milter-reject: "]

    /// What follows `program[pid]: `; nil for a line of another form.
    private static func body(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var place = line.startIndex
        while let bracket = line[place...].firstIndex(of: UInt8(ascii: "]")) {
            let after = line[bracket...].dropFirst()
            if after.starts(with: ": ".utf8) { return after.dropFirst(2) }
            place = line.index(after: bracket)
        }
        return nil
    }

    /// rsyslog and journald say so when they had to leave out what came too fast.
    private static func tellsOfLoss(_ line: ArraySlice<UInt8>) -> Bool {
        contains(line, "rate-limiting") || contains(line, "Suppressed ") || contains(line, "messages lost")
    }

    private static func contains(_ line: ArraySlice<UInt8>, _ words: String) -> Bool {
        let words = Array(words.utf8)
        guard let first = words.first, line.count >= words.count else { return false }
        var place = line.startIndex
        while let start = line[place...].firstIndex(of: first) {
            if line[start...].starts(with: words) { return true }
            place = line.index(after: start)
        }
        return false
    }

    private static func isOfQueueID(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
