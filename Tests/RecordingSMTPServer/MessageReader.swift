import NIOCore

/// Reads a message's lines up to the final dot and keeps what the record needs: Message-ID and size.
struct MessageReader {
    /// Between the angle bracket and the last at sign of Message-ID; empty when there is none.
    private(set) var messageID: [UInt8] = []
    /// Bytes of the message, dots unstuffed, without the terminator.
    private(set) var sizeBytes = 0

    private var isInHeader = true
    private var isInMessageID = false

    /// Takes whole lines from the buffer.
    ///
    /// - Returns: true when the final dot was among them; false when more is needed.
    mutating func read(from buffer: inout ByteBuffer) -> Bool {
        while true {
            let view = buffer.readableBytesView
            guard let lineFeed = view.firstIndex(of: 0x0A) else { return false }
            let length = lineFeed - view.startIndex + 1
            let isDotted = view[view.startIndex] == 0x2E
            if isDotted, length == 3, view[view.startIndex + 1] == 0x0D {
                buffer.moveReaderIndex(forwardBy: length)
                return true
            }
            sizeBytes += isDotted ? length - 1 : length
            if isInHeader { takeHeaderLine(view[view.startIndex...lineFeed]) }
            buffer.moveReaderIndex(forwardBy: length)
        }
    }

    private mutating func takeHeaderLine(_ line: ByteBufferView) {
        guard let first = line.first, line.count > 2 else {
            isInHeader = false
            return
        }
        if first == 0x20 || first == 0x09 {
            if isInMessageID, messageID.isEmpty { takeMessageID(line) }
            return
        }
        isInMessageID = line.count > 11 && line.prefix(11).elementsEqual("message-id:".utf8) { $0 | 0x20 == $1 | 0x20 }
        if isInMessageID { takeMessageID(line.dropFirst(11)) }
    }

    private mutating func takeMessageID(_ value: ByteBufferView) {
        guard let open = value.firstIndex(of: 0x3C), let at = value.lastIndex(of: 0x40), open < at else { return }
        messageID = value[(open + 1)..<at].filter { $0 > 0x20 }
    }
}
