/// The part of a file that is in memory: always the whole of the current row, bounded by the row's bound.
struct ListWindow: ~Copyable {
    /// Valid up to `end`; what follows is room for the next block.
    private(set) var bytes: [UInt8] = []
    private(set) var end = 0
    private(set) var isAtEndOfFile = false
    /// Where the current row begins, and on which line.
    var start = 0
    var line = 1

    private let file: InputFile
    /// The next block's size: small at first, for most lists are small.
    private var blockSizeBytes: Int
    private let blockSizeMaxBytes: Int

    private static let blockSizeFirstBytes = 16 << 10

    var name: String { file.name }

    init(file: consuming InputFile, blockSizeBytes: Int) {
        self.file = file
        blockSizeMaxBytes = max(1, blockSizeBytes)
        self.blockSizeBytes = min(Self.blockSizeFirstBytes, blockSizeMaxBytes)
    }

    /// Moves the row to the front: indices from before are void.
    mutating func moveToFront() {
        guard start > 0 else { return }
        for offset in start..<end { bytes[offset - start] = bytes[offset] }
        end -= start
        start = 0
    }

    /// Reads one more block behind what is there; indices stay.
    mutating func more() throws(ListError) {
        if bytes.count - end < blockSizeBytes {
            bytes += [UInt8](repeating: 0, count: max(blockSizeBytes - (bytes.count - end), bytes.count))
        }
        let count = try file.read(into: &bytes, at: end, count: blockSizeBytes)
        end += count
        isAtEndOfFile = count < blockSizeBytes
        blockSizeBytes = min(2 * blockSizeBytes, blockSizeMaxBytes)
    }

    /// Sees to it that `count` bytes from `start` are there, unless the file ends before.
    mutating func require(_ count: Int) throws(ListError) {
        while end - start < count, !isAtEndOfFile { try more() }
    }

    /// Moves `start` behind the end of the line it is on. Reads on as needed, keeps nothing.
    mutating func skipLine(endingInCarriageReturn: Bool) throws(ListError) {
        while true {
            while start < end {
                let byte = bytes[start]
                start += 1
                if byte == UInt8(ascii: "\n") {
                    line += 1
                    return
                }
                if byte == UInt8(ascii: "\r"), endingInCarriageReturn {
                    try require(1)
                    if start < end, bytes[start] == UInt8(ascii: "\n") { start += 1 }
                    line += 1
                    return
                }
            }
            guard !isAtEndOfFile else { return }
            moveToFront()
            try more()
        }
    }

    /// Line and column of an index in the current row.
    func position(of offset: Int) -> TextPosition {
        var line = line
        var column = 1
        for index in start..<max(start, min(offset, end)) {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && !isLineFeed(index + 1) {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return TextPosition(line: line, column: column)
    }

    private func isLineFeed(_ offset: Int) -> Bool { offset < end && bytes[offset] == UInt8(ascii: "\n") }

    /// The beginning of the row's first line. Reads on where needed, so that it does not depend on the blocks.
    mutating func excerpt() throws(ListError) -> String {
        try require(BadRow.excerptBytesMax)
        var text = ""
        var stop = start
        while stop < min(end, start + BadRow.excerptBytesMax), bytes[stop] != UInt8(ascii: "\n"),
            bytes[stop] != UInt8(ascii: "\r")
        {
            stop += 1
        }
        for scalar in String(decoding: bytes[start..<stop], as: UTF8.self).unicodeScalars {
            let shown = scalar.value == 0 ? "\u{FFFD}" : scalar
            guard text.utf8.count + UTF8.width(shown) <= BadRow.excerptBytesMax else { break }
            text.unicodeScalars.append(shown)
        }
        return text
    }
}
