/// Packs a frame's events: one kind byte, then the fields as varints.
///
/// Ordinals are written as the difference to the event before; a reply as what it shares with the reply before and the
/// rest. A campaign's usual claim takes three bytes and its outcome five or six.
package struct EventEncoder: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Events written so far.
    package private(set) var count: UInt32 = 0
    private var previousOrdinal: Ordinal = 0
    private var previousText: [UInt8] = []

    /// Texts are cut to this many bytes: a server's reply is hostile and must not fill the journal.
    package static let textSizeMaxBytes = 512

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Starts a new frame, keeping the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        count = 0
        previousOrdinal = 0
        previousText.removeAll(keepingCapacity: true)
    }

    package mutating func append(_ event: Event) {
        if case .recipient(let ordinal, let change) = event {
            append(ordinal, change)
            return
        }
        count += 1
        bytes.append(event.kind.rawValue)
        var body: [UInt8] = []
        event.encodeBody(into: &body)
        bytes.appendVarint(UInt64(body.count))
        bytes.append(contentsOf: body)
    }

    package mutating func append(_ ordinal: Ordinal, _ change: RecipientChange) {
        begin(change.kind, ordinal)
        switch change {
        case .skipped(let reason, let detail):
            bytes.append(reason.rawValue)
            appendText(detail)
        case .claimed(let endpoint):
            bytes.append(endpoint)
        case .sent(let endpoint, let reply):
            bytes.append(endpoint)
            appendText(reply)
        case .failed(let endpoint, let kind, let reply):
            bytes.append(endpoint)
            bytes.append(kind.rawValue)
            appendText(reply)
        case .deferred(let endpoint, let attempt, let due, let reply):
            bytes.append(endpoint)
            bytes.appendVarint(UInt64(attempt))
            bytes.appendZigzag(due.milliseconds)
            appendText(reply)
        case .released(let endpoint, let reason), .inDoubt(let endpoint, let reason):
            bytes.append(endpoint)
            appendText(reason)
        case .inDoubtResolved(let verdict, let evidence):
            bytes.append(verdict.rawValue)
            appendText(evidence)
        }
    }

    /// The hot path's claim: what `append(ordinal, .claimed(endpoint))` does.
    @inline(__always)
    package mutating func appendClaim(_ ordinal: Ordinal, _ endpoint: EndpointIndex) {
        begin(.recipientClaimed, ordinal)
        bytes.append(endpoint)
    }

    @inline(__always)
    private mutating func begin(_ kind: EventKind, _ ordinal: Ordinal) {
        count += 1
        bytes.append(kind.rawValue)
        bytes.appendZigzag(Int64(ordinal) - Int64(previousOrdinal))
        previousOrdinal = ordinal
    }

    private mutating func appendText(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var length = min(utf8.count, Self.textSizeMaxBytes)
            if length < utf8.count {
                // Cut before a character, not in it.
                while length > 0, unsafe utf8[length] & 0b1100_0000 == 0b1000_0000 { length -= 1 }
            }
            var shared = 0
            let sharedMax = min(length, previousText.count)
            while shared < sharedMax, unsafe utf8[shared] == previousText[shared] { shared += 1 }
            bytes.appendVarint(UInt64(shared))
            bytes.appendVarint(UInt64(length - shared))
            if shared == length, shared == previousText.count { return }
            let rest = unsafe UnsafeBufferPointer(rebasing: utf8[shared..<length])
            unsafe bytes.append(contentsOf: rest)
            previousText.removeSubrange(shared...)
            unsafe previousText.append(contentsOf: rest)
        }
    }
}

extension String {
    /// The text, cut before a character if it is longer than ``EventEncoder/textSizeMaxBytes``. For the reasons in rare
    /// events: the state keeps some of them, so they are cut before they are folded and not while they are encoded.
    package var clippedForLog: String {
        guard utf8.count > EventEncoder.textSizeMaxBytes else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: EventEncoder.textSizeMaxBytes)
        while end > startIndex, utf8[end] & 0b1100_0000 == 0b1000_0000 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
