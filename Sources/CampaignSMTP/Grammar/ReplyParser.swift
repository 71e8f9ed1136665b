/// Why received bytes are no SMTP reply. The connection is of no further use: where the next reply begins is unknown.
package enum ReplyError: Error, Hashable, Sendable {
    /// A line does not open with a code from 200 to 599 and a separator; its first bytes, made printable.
    case malformed(excerpt: String)
    /// A line of a multi-line reply carries another code than the first line (RFC 5321 §4.2.1).
    case codeChanged(from: UInt16, to: UInt16)
    /// A line, its end included, exceeds the bound.
    case lineTooLong(lengthMaxBytes: Int)
    /// The text of a multi-line reply exceeds the bound.
    case replyTooLong(sizeMaxBytes: Int)
}

/// Cuts a byte stream, split anywhere, into replies (RFC 5321 §4.2).
///
/// Memory is bounded by `sizeMaxBytes` plus `lineLengthMaxBytes`, whatever a server sends. Lines may end in LF alone.
package struct ReplyParser: Sendable {
    /// Longest line accepted, its end included. The RFC's 512 is often exceeded in the wild.
    package let lineLengthMaxBytes: Int
    /// Longest text accepted in one reply.
    package let sizeMaxBytes: Int

    /// The beginning of a line whose end has not arrived.
    private var partialLine: [UInt8] = []
    /// Code and text of the reply's earlier lines.
    private var openCode: UInt16?
    private var openText: [UInt8] = []
    /// Short texts that came last: a server says the same few to every message, and a copy of each would be an allocation.
    private var recentTexts: [[UInt8]] = []
    private var oldestText = 0

    private static let recentTextsMax = 4
    private static let recentTextSizeMaxBytes = 128

    package init(lineLengthMaxBytes: Int = 8 * 1024, sizeMaxBytes: Int = 64 * 1024) {
        self.lineLengthMaxBytes = lineLengthMaxBytes
        self.sizeMaxBytes = sizeMaxBytes
    }

    /// True between replies: nothing of a further reply has arrived.
    package var isAtBoundary: Bool { partialLine.isEmpty && openCode == nil }

    /// Takes bytes from `offset` on until one reply is complete, and advances `offset` past what was taken.
    ///
    /// - Returns: the reply, or nil when all bytes are taken and the reply is not complete.
    /// - Throws: `ReplyError`; the parser must not be used again.
    package mutating func next(in bytes: Span<UInt8>, at offset: inout Int) throws(ReplyError) -> Reply? {
        while offset < bytes.count {
            guard let lineEnd = Self.indexOfLineFeed(in: bytes, from: offset) else {
                let rest = bytes.extracting(offset..<bytes.count)
                guard partialLine.count + rest.count < lineLengthMaxBytes else { throw lineTooLong }
                partialLine.append(contentsOf: rest)
                offset = bytes.count
                return nil
            }
            let line = bytes.extracting(offset..<lineEnd)
            offset = lineEnd + 1
            guard partialLine.count + line.count < lineLengthMaxBytes else { throw lineTooLong }
            if partialLine.isEmpty {
                if let reply = try takeLine(line) { return reply }
            } else {
                var whole: [UInt8] = []
                swap(&whole, &partialLine)
                whole.append(contentsOf: line)
                if let reply = try takeLine(whole.span) { return reply }
            }
        }
        return nil
    }

    private var lineTooLong: ReplyError { .lineTooLong(lengthMaxBytes: lineLengthMaxBytes) }

    /// Takes a line without its LF; returns the reply that it completes.
    private mutating func takeLine(_ line: Span<UInt8>) throws(ReplyError) -> Reply? {
        var end = line.count
        while end > 0, line[end - 1] == 0x0D { end -= 1 }
        let line = line.extracting(0..<end)
        guard let code = Self.code(of: line) else { throw Self.malformed(line) }
        let separator = end > 3 ? line[3] : 0x20
        guard separator == 0x20 || separator == 0x2D else { throw Self.malformed(line) }
        if let openCode, openCode != code { throw .codeChanged(from: openCode, to: code) }

        let text = line.extracting(min(4, end)..<end)
        if openCode == nil, separator == 0x20 {
            return Reply(code: code, textBytes: remembered(text))
        }
        guard openText.count + text.count < sizeMaxBytes else { throw .replyTooLong(sizeMaxBytes: sizeMaxBytes) }
        if openCode != nil { openText.append(0x0A) }
        openCode = code
        openText.append(contentsOf: text)
        guard separator == 0x20 else { return nil }
        let reply = Reply(code: code, textBytes: openText)
        openCode = nil
        openText = []
        return reply
    }

    private mutating func remembered(_ text: Span<UInt8>) -> [UInt8] {
        for recent in recentTexts where recent.isEqual(to: text) { return recent }
        let copy = [UInt8](copying: text)
        guard copy.count <= Self.recentTextSizeMaxBytes else { return copy }
        if recentTexts.count < Self.recentTextsMax {
            recentTexts.append(copy)
        } else {
            recentTexts[oldestText] = copy
            oldestText = (oldestText + 1) % Self.recentTextsMax
        }
        return copy
    }

    private static func code(of line: Span<UInt8>) -> UInt16? {
        guard line.count >= 3, (0x32...0x35).contains(line[0]), (0x30...0x39).contains(line[1]),
            (0x30...0x39).contains(line[2])
        else { return nil }
        return UInt16(line[0] - 0x30) * 100 + UInt16(line[1] - 0x30) * 10 + UInt16(line[2] - 0x30)
    }

    private static func indexOfLineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private static func malformed(_ line: Span<UInt8>) -> ReplyError {
        let excerpt = [UInt8](copying: line.extracting(0..<min(line.count, 64)))
        return .malformed(excerpt: String(escapingControlsIn: excerpt))
    }
}

extension [UInt8] {
    fileprivate init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { bytes in unsafe Array(bytes) }
    }

    fileprivate func isEqual(to span: Span<UInt8>) -> Bool {
        guard count == span.count else { return false }
        for index in indices where self[index] != span[index] { return false }
        return true
    }

    fileprivate mutating func append(contentsOf span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
