/// One field of the current row: its text without quotes and escapes, and where it stands in the file.
struct ListField {
    /// Range of the text in the window, or in the buffer for unescaped text.
    var range: Range<Int>
    var isUnescaped = false
    /// Index in the window at which the field's text begins, behind an opening quote.
    var rawStart: Int

    init(_ range: Range<Int>) {
        self.range = range
        rawStart = range.lowerBound
    }
}

/// How far a row got.
enum RowScan: Equatable {
    /// A whole row; the next begins at `next`.
    case row(next: Int)
    /// Nothing but a line end.
    case blank(next: Int)
    /// Nothing follows.
    case end
    /// The row goes on behind the end of the window.
    case incomplete
    /// `resume` lies on the line behind which the next row is looked for.
    case fault(RowFault, at: Int, resume: Resume)

    enum Resume: Equatable {
        case afterLine(of: Int)
        case at(Int)
    }
}

extension [UInt8] {
    mutating func append(bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    mutating func append(littleEndian value: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
