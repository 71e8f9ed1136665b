import CampaignMail

/// Reads a list row by row; memory does not grow with the list, and the row's buffers are used again for the next.
package struct ListReader: ~Copyable {
    package enum Step: Equatable {
        /// A row; its fields are there until the next call.
        case row
        /// No row; the next call goes on behind it.
        case bad(BadRow)
        case end
    }

    /// The columns in the file's order, and which of them is `email`.
    package private(set) var columns: [String] = []
    package private(set) var emailColumn = 0
    /// The line on which the current row begins, from 1.
    package private(set) var rowLine = 1

    package static let rowBytesMax = 1 << 20
    package static let columnsMax = 1000

    private var window: ListWindow
    private var csv: CSVScanner
    private var json = JSONLineScanner()
    private let format: ListFormat
    private let rowBytesMax: Int
    /// The current row's fields, by column.
    private var fields: [ListField] = []
    private var isSet: [Bool] = []
    /// Where the current row ends; the window moves on with the next call, so that places can be named until then.
    private var behind: (index: Int, line: Int)?

    /// Opens the file and reads its header; a file without rows is a list without recipients.
    /// `columns`: the columns of a list read before, which JSON Lines takes over instead of the first line's keys.
    package static func open(
        _ source: ListSource, columns known: [String]? = nil, blockSizeBytes: Int = 256 << 10,
        rowBytesMax: Int = ListReader.rowBytesMax
    ) throws(ListError) -> ListReader {
        let file = try InputFile(path: source.path, name: source.name)
        var reader = ListReader(file, source.format, blockSizeBytes: blockSizeBytes, rowBytesMax: rowBytesMax)
        try reader.begin(known)
        return reader
    }

    private init(_ file: consuming InputFile, _ format: ListFormat, blockSizeBytes: Int, rowBytesMax: Int) {
        self.format = format
        self.rowBytesMax = rowBytesMax
        window = ListWindow(file: file, blockSizeBytes: blockSizeBytes)
        csv = CSVScanner(delimiter: UInt8(ascii: format == .tsv ? "\t" : ","), rowBytesMax: rowBytesMax)
    }

    private mutating func begin(_ known: [String]?) throws(ListError) {
        try skipByteOrderMark()
        switch format {
        case .csv, .tsv:
            try readHeader()
            try setColumns(fields.map { (text(of: $0).trimmingBlanks(), $0.rawStart) })
        case .jsonLines:
            if let known {
                columns = known
                emailColumn = known.firstIndex(of: "email") ?? 0
                fields = Array(repeating: ListField(0..<0), count: known.count)
                isSet = Array(repeating: false, count: known.count)
            } else {
                try readHeader()
                try setColumns(json.members.map { (text(of: $0.key), $0.key.rawStart) })
                behind = nil  // The first line is a row too.
            }
        case .lines:
            columns = ["email"]
        }
    }

    /// Takes the next row. Blank lines are no rows.
    package mutating func next() throws(ListError) -> Step {
        if let behind { (window.start, window.line) = (behind.index, behind.line) }
        behind = nil
        while true {
            rowLine = window.line
            switch scan() {
            case .end:
                return .end
            case .blank(let index):
                (window.start, window.line) = (index, window.line + 1)
            case .row(let index):
                behind = (index, rowLine + linesWithin(index))
                if let fault = arrange() { return .bad(try bad(fault.reason, at: fault.offset)) }
                return .row
            case .fault(let fault, let at, let resume):
                let row = try bad(fault, at: at)
                try self.resume(resume)
                return .bad(row)
            case .incomplete:
                window.moveToFront()
                try window.more()
            }
        }
    }

    /// The text of a field of the current row, without quotes and escapes.
    @inline(__always)
    package func withField<Result, Failure: Error>(
        _ column: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let field = fields[column]
        guard field.isUnescaped else { return try body(window.bytes.span.extracting(field.range)) }
        guard format == .jsonLines else { return try body(csv.unescaped.span.extracting(field.range)) }
        return try body(json.unescaped.span.extracting(field.range))
    }

    /// A bad row for the current row's field, `offset` bytes into the field's text.
    package mutating func bad(_ fault: RowFault, column: Int, offset: Int) throws(ListError) -> BadRow {
        let field = fields[column]
        var place = field.rawStart
        if !field.isUnescaped {
            place += min(offset, field.range.count)
        } else if format != .jsonLines {
            for _ in 0..<min(offset, field.range.count) { place += window.bytes[place] == UInt8(ascii: "\"") ? 2 : 1 }
        }
        return try bad(fault, at: place)
    }
}

// MARK: - Rows

extension ListReader {
    private mutating func scan() -> RowScan {
        guard format == .csv || format == .tsv else { return scanLine() }
        let bytes = window.bytes
        return csv.scan(
            bytes.span.extracting(0..<window.end), from: window.start, isFinal: window.isAtEndOfFile)
    }

    /// One line as a row: JSON Lines, or a plain list of addresses.
    private mutating func scanLine() -> RowScan {
        guard window.start < window.end else { return window.isAtEndOfFile ? .end : .incomplete }
        var end = window.start
        let bound = min(window.end, window.start + rowBytesMax)
        var isBlank = true
        while end < bound, !isLineEnd(window.bytes[end]) {
            if window.bytes[end] > 0x20 || window.bytes[end] == 0 { isBlank = false }
            end += 1
        }
        var next = end
        if end == bound {
            guard bound == window.end else {
                return .fault(
                    .tooLong(bytesMax: rowBytesMax), at: window.start, resume: .afterLine(of: window.start))
            }
            guard window.isAtEndOfFile else { return .incomplete }
        } else {
            next += 1
            if window.bytes[end] == UInt8(ascii: "\r") {
                guard next < window.end || window.isAtEndOfFile else { return .incomplete }
                if next < window.end, window.bytes[next] == UInt8(ascii: "\n") { next += 1 }
            }
        }
        if isBlank { return .blank(next: next) }
        return scanContent(window.start..<end, next: next)
    }

    private mutating func scanContent(_ line: Range<Int>, next: Int) -> RowScan {
        let bytes = window.bytes
        let text = bytes.span.extracting(0..<window.end)
        guard format == .lines else {
            do { try json.scan(text, line) } catch { return .fault(error.reason, at: error.offset, resume: .at(next)) }
            return .row(next: next)
        }
        for offset in line where text[offset] == 0 { return .fault(.nul, at: offset, resume: .at(next)) }
        if let fault = UTF8Scalar.firstFault(in: text, line) {
            return .fault(.invalidUTF8, at: fault, resume: .at(next))
        }
        fields = [ListField(line)]
        return .row(next: next)
    }

    private func isLineEnd(_ byte: UInt8) -> Bool {
        // JSON Lines ends lines with LF; a CR before it is a blank in JSON.
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && format == .lines
    }

    /// Puts the scanned fields in the columns' order.
    private mutating func arrange() -> JSONLineScanner.Fault? {
        switch format {
        case .lines:
            return nil
        case .csv, .tsv:
            swap(&fields, &csv.fields)
            guard fields.count == columns.count else {
                let place = fields.count > columns.count ? fields[columns.count].rawStart : window.start
                return .init(row: .fieldCount(found: fields.count, expected: columns.count), at: place)
            }
            return nil
        case .jsonLines:
            return arrangeMembers()
        }
    }

    private mutating func arrangeMembers() -> JSONLineScanner.Fault? {
        let none = ListField(window.start..<window.start)
        for column in columns.indices { (fields[column], isSet[column]) = (none, false) }
        for (index, member) in json.members.enumerated() {
            guard let column = column(of: member.key, hint: index) else {
                return .init(row: .unknownKey(text(of: member.key)), at: member.key.rawStart)
            }
            guard !isSet[column] else {
                return .init(.duplicateKey(text(of: member.key)), at: member.key.rawStart)
            }
            (fields[column], isSet[column]) = (member.value, true)
        }
        return nil
    }

    /// Objects mostly have their keys in the first one's order, so that place is looked at first.
    private func column(of key: ListField, hint: Int) -> Int? {
        if hint < columns.count, isName(hint, key) { return hint }
        return columns.indices.first { isName($0, key) }
    }

    private func isName(_ column: Int, _ key: ListField) -> Bool {
        let name = columns[column].utf8
        let bytes = key.isUnescaped ? json.unescaped[key.range] : window.bytes[key.range]
        return name.elementsEqual(bytes) || column == emailColumn && ListReader.isEmail(bytes)
    }

    private func linesWithin(_ next: Int) -> Int {
        guard csv.spansLines, format == .csv || format == .tsv else { return 1 }
        return window.position(of: next).line - window.line
    }

    private mutating func resume(_ resume: RowScan.Resume) throws(ListError) {
        switch resume {
        case .at(let index):
            behind = (index, rowLine + linesWithin(index))
        case .afterLine(let index):
            window.line = window.position(of: index).line
            window.start = index
            try window.skipLine(endingInCarriageReturn: format != .jsonLines)
        }
    }

    private mutating func bad(_ fault: RowFault, at offset: Int) throws(ListError) -> BadRow {
        let position = window.position(of: offset)
        return BadRow(
            file: window.name, rowLine: window.line, position: position, fault: fault, excerpt: try window.excerpt())
    }
}

// MARK: - Columns

extension ListReader {
    private mutating func skipByteOrderMark() throws(ListError) {
        try window.require(3)
        let first = Array(window.bytes[..<min(3, window.end)])
        if first == [0xEF, 0xBB, 0xBF] { window.start = 3 }
        if first.starts(with: [0xFE, 0xFF]) || first.starts(with: [0xFF, 0xFE]) {
            throw ListError.badHeader(try bad(.utf16, at: 0))
        }
    }

    private mutating func readHeader() throws(ListError) {
        while true {
            rowLine = window.line
            switch scan() {
            case .end:
                throw ListError.badHeader(try bad(.empty, at: window.start))
            case .blank(let index):
                (window.start, window.line) = (index, window.line + 1)
            case .row(let index):
                behind = (index, rowLine + linesWithin(index))
                swap(&fields, &csv.fields)
                return
            case .fault(let fault, let at, _):
                throw ListError.badHeader(try bad(fault, at: at))
            case .incomplete:
                window.moveToFront()
                try window.more()
            }
        }
    }

    /// `places`: where in the window each name stands.
    private mutating func setColumns(_ named: [(name: String, place: Int)]) throws(ListError) {
        guard named.count <= Self.columnsMax else {
            throw ListError.badHeader(try bad(.tooManyColumns(max: Self.columnsMax), at: window.start))
        }
        var seen: Set<String> = []
        for (name, place) in named {
            let isEmail = Self.isEmail(name.utf8)
            guard !name.isEmpty else { throw ListError.badHeader(try bad(.emptyColumnName, at: place)) }
            guard seen.insert(isEmail ? "email" : name).inserted else {
                throw ListError.badHeader(try bad(.duplicateColumn(name), at: place))
            }
            if isEmail { emailColumn = columns.count }
            columns.append(isEmail ? "email" : name)
        }
        guard seen.contains("email") else {
            throw ListError.badHeader(try bad(.noEmailColumn(found: columns), at: window.start))
        }
        fields = Array(repeating: ListField(0..<0), count: columns.count)
        isSet = Array(repeating: false, count: columns.count)
    }

    private func text(of field: ListField) -> String {
        guard field.isUnescaped else { return String(decoding: window.bytes[field.range], as: UTF8.self) }
        return String(decoding: (format == .jsonLines ? json.unescaped : csv.unescaped)[field.range], as: UTF8.self)
    }

    /// Whether a column's name is `email` in any case.
    static func isEmail(_ name: some Sequence<UInt8>) -> Bool {
        name.elementsEqual("email".utf8) { $0 | 0x20 == $1 }
    }
}

extension String {
    /// Without spaces and tabs at its ends.
    func trimmingBlanks() -> String {
        var text = self[...]
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return String(text)
    }
}
