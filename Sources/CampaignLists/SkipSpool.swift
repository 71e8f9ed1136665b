/// Messages about invalid rows, by ascending ordinal, on their way past the rows that follow. What does not fit into a
/// small buffer waits in a temporary file.
struct SkipSpool: ~Copyable {
    private let directory: String
    private let bufferBytesMax: Int
    private var file: SpillFile?
    /// The youngest records; once the spool is read, the oldest that were not taken yet.
    private var buffer: [UInt8] = []
    private var offset = 0
    private var fileOffset: Int64 = 0

    private static let headerBytes = 8
    static let messageBytesMax = 4096

    init(directory: String, bufferBytesMax: Int = 256 << 10) {
        self.directory = directory
        self.bufferBytesMax = max(bufferBytesMax, Self.headerBytes + Self.messageBytesMax)
    }

    /// A longer message than `messageBytesMax` is cut.
    mutating func append(ordinal: UInt32, message: String) throws(ListError) {
        let text = message.utf8.prefix(Self.messageBytesMax)
        if buffer.count + Self.headerBytes + text.count > bufferBytesMax { try flush() }
        buffer.append(littleEndian: ordinal)
        buffer.append(littleEndian: UInt32(text.count))
        buffer.append(contentsOf: text)
    }

    private mutating func flush() throws(ListError) {
        if file == nil { file = try SpillFile(directory: directory) }
        try file?.append(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Ends writing, so that `next` may begin.
    mutating func finishWriting() throws(ListError) {
        guard file != nil else { return }
        try flush()
    }

    /// The ordinal of the oldest record that was not taken yet.
    mutating func peek() throws(ListError) -> UInt32? {
        guard try fill(Self.headerBytes) else { return nil }
        return number(at: offset)
    }

    mutating func next() throws(ListError) -> (ordinal: UInt32, message: String)? {
        guard let ordinal = try peek() else { return nil }
        let count = Int(number(at: offset + 4))
        guard try fill(Self.headerBytes + count) else { return nil }
        let start = offset + Self.headerBytes
        offset = start + count
        return (ordinal, String(decoding: buffer[start..<offset], as: UTF8.self))
    }

    private func number(at offset: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(buffer[offset + index]) << UInt32(8 * index) }
        return value
    }

    /// Whether `count` bytes are there from `offset` on.
    private mutating func fill(_ count: Int) throws(ListError) -> Bool {
        guard buffer.count - offset < count else { return true }
        guard let size = file?.sizeBytes, fileOffset < size else { return false }
        buffer.removeFirst(offset)
        offset = 0
        let length = Int(min(Int64(bufferBytesMax - buffer.count), size - fileOffset))
        let more: [UInt8] = try file?.read(count: length, at: fileOffset) ?? []
        buffer.append(contentsOf: more)
        fileOffset += Int64(length)
        return buffer.count >= count
    }
}
