import CampaignMail

/// One import under way.
struct ListImporter: ~Copyable {
    private let plan: ListImport
    private let sinks: ListImport.Sinks
    private var outcome = ListImport.Outcome()
    private var builder: RecipientChunkBuilder?
    private var deduplicator: Deduplicator
    private var invalid: SkipSpool
    private var badRows: [BadRow] = []
    private var badRowsTotal = 0
    private var rowsTotal = 0
    /// Used again for each row.
    private var normalised: [UInt8] = []
    private var canonical: [UInt8] = []

    init(_ plan: ListImport, _ sinks: ListImport.Sinks) {
        self.plan = plan
        self.sinks = sinks
        deduplicator = Deduplicator(directory: plan.temporaryDirectory)
        invalid = SkipSpool(directory: plan.temporaryDirectory)
    }

    /// After the first bad row of a list that may have none, rows are only checked.
    private var isRefused: Bool { plan.mode == .refuse && badRowsTotal > 0 }

    // MARK: - Lists

    mutating func readList(_ source: ListSource) throws {
        let known = outcome.columns.isEmpty ? nil : outcome.columns
        var reader = try ListReader.open(source, columns: known, blockSizeBytes: plan.blockSizeBytes)
        let order = try order(of: reader.columns, source)
        while true {
            switch try reader.next() {
            case .end:
                return
            case .row:
                try countRow(source)
                try takeRow(&reader, order)
            case .bad(let row):
                try countRow(source)
                try takeBadRow(row)
            }
        }
    }

    private mutating func countRow(_ source: ListSource) throws(ListError) {
        guard rowsTotal < Int(UInt32.max) - 1 else { throw ListError.tooManyRows(file: source.name) }
        rowsTotal += 1
    }

    /// For each column of the import, the file's column.
    private mutating func order(of columns: [String], _ source: ListSource) throws(ListError) -> [Int] {
        if outcome.columns.isEmpty {
            outcome.columns = ["email"] + columns.filter { $0 != "email" }
            builder = RecipientChunkBuilder(columnsTotal: columns.count)
            canonical.append(littleEndian: UInt32(columns.count))
            for name in outcome.columns {
                canonical.append(littleEndian: UInt32(name.utf8.count))
                canonical.append(contentsOf: name.utf8)
            }
            passCanonical()
        }
        let missing = outcome.columns.filter { !columns.contains($0) }
        let unknown = columns.filter { !outcome.columns.contains($0) }
        guard missing.isEmpty, unknown.isEmpty else {
            throw ListError.columnsDiffer(file: source.name, missing: missing, unknown: unknown)
        }
        return outcome.columns.compactMap { columns.firstIndex(of: $0) }
    }

    private mutating func takeRow(_ reader: inout ListReader, _ order: [Int]) throws {
        let ordinal = UInt32(rowsTotal - 1)
        do {
            try readAddress(reader, order[0])
            guard !isRefused else { return }
            try deduplicator.add(digest: sinks.digest(normalised), ordinal: ordinal)
        } catch let fault as AddressFault {
            let row = try reader.bad(.address(fault.error), column: order[0], offset: fault.offset)
            try noteInvalid(row, ordinal)
            guard plan.mode == .skipInvalid else { return }
        }
        reader.withField(order[0]) { builder?.append($0.extracting(Self.trimmed($0))) }
        for column in order.dropFirst() { reader.withField(column) { builder?.append($0) } }
        try passChunk()
    }

    /// A row that cannot be taken apart keeps its place in the list, with what it begins with as its address.
    private mutating func takeBadRow(_ row: BadRow) throws {
        try noteInvalid(row, UInt32(rowsTotal - 1))
        guard plan.mode == .skipInvalid else { return }
        builder?.append(Array(row.excerpt.utf8))
        builder?.fillRow()
        try passChunk()
    }

    private mutating func noteInvalid(_ row: BadRow, _ ordinal: UInt32) throws(ListError) {
        noteBad(row)
        guard plan.mode == .skipInvalid else { return }
        outcome.invalidTotal += 1
        try invalid.append(ordinal: ordinal, message: row.description)
    }

    private mutating func noteBad(_ row: BadRow) {
        badRowsTotal += 1
        if badRows.count < ListRefused.namedMax { badRows.append(row) }
    }

    // MARK: - Addresses

    private struct AddressFault: Error {
        let error: EmailAddressError
        /// Offset in the field, blanks included.
        let offset: Int
    }

    /// Checks the field and leaves its normalised form in `normalised`.
    private mutating func readAddress(_ reader: borrowing ListReader, _ column: Int) throws(AddressFault) {
        normalised.removeAll(keepingCapacity: true)
        try reader.withField(column) { (field) throws(AddressFault) in
            let range = Self.trimmed(field)
            let text = field.extracting(range)
            do throws(EmailAddressError) {
                try AddressForm(text).appendNormalised(text, to: &normalised)
            } catch {
                throw AddressFault(error: error, offset: range.lowerBound + error.offset)
            }
        }
    }

    /// The field without spaces and tabs at its ends.
    private static func trimmed(_ field: Span<UInt8>) -> Range<Int> {
        var range = 0..<field.count
        while !range.isEmpty, field[range.lowerBound] == 0x20 || field[range.lowerBound] == 0x09 {
            range = range.lowerBound + 1..<range.upperBound
        }
        while !range.isEmpty, field[range.upperBound - 1] == 0x20 || field[range.upperBound - 1] == 0x09 {
            range = range.lowerBound..<range.upperBound - 1
        }
        return range
    }

    // MARK: - Suppression lists

    mutating func readSuppressions(_ source: ListSource) throws {
        var reader = try Self.suppressionReader(source, blockSizeBytes: plan.blockSizeBytes)
        while true {
            switch try reader.next() {
            case .end:
                return
            case .row:
                do {
                    try readAddress(reader, reader.emailColumn)
                    outcome.suppressionsTotal += 1
                    try deduplicator.addSuppressed(digest: sinks.digest(normalised))
                } catch let fault as AddressFault {
                    let row = try reader.bad(.address(fault.error), column: reader.emailColumn, offset: fault.offset)
                    noteBadSuppression(row)
                }
            case .bad(let row):
                noteBadSuppression(row)
            }
        }
    }

    private mutating func noteBadSuppression(_ row: BadRow) {
        if plan.mode == .refuse { noteBad(row) } else { outcome.suppressionsInvalidTotal += 1 }
    }

    /// A table where the header has a column `email`. A file whose first line is one address has no header.
    private static func suppressionReader(_ source: ListSource, blockSizeBytes: Int) throws(ListError) -> ListReader {
        guard source.format != .jsonLines else {
            return try ListReader.open(source, blockSizeBytes: blockSizeBytes)
        }
        let plain = ListSource(path: source.path, name: source.name, format: .lines)
        var probe = try ListReader.open(plain, blockSizeBytes: blockSizeBytes)
        let first = try probe.next()
        if first == .end { return probe }
        let isAddress = first == .row && probe.withField(0) { (try? AddressForm($0.extracting(trimmed($0)))) != nil }
        if isAddress { return try ListReader.open(plain, blockSizeBytes: blockSizeBytes) }
        let format: ListFormat = source.format == .lines ? .csv : source.format
        let table = ListSource(path: source.path, name: source.name, format: format)
        return try ListReader.open(table, blockSizeBytes: blockSizeBytes)
    }

    // MARK: - Output

    private mutating func passChunk() throws {
        guard builder?.isFull == true else { return }
        try flush()
    }

    private mutating func flush() throws {
        guard builder?.isEmpty == false else { return }
        builder?.appendCanonical(to: &canonical)
        passCanonical()
        guard let bytes = builder?.finish() else { return }
        try sinks.chunk(outcome.chunksTotal, bytes)
        outcome.chunksTotal += 1
    }

    private mutating func passCanonical() {
        sinks.contentDigest(canonical)
        canonical.removeAll(keepingCapacity: true)
    }

    consuming func finish() throws -> ListImport.Outcome {
        guard !isRefused else {
            throw ListRefused(badRows: badRows, badRowsTotal: badRowsTotal, rowsTotal: rowsTotal)
        }
        try flush()
        outcome.rowsTotal = UInt32(rowsTotal)
        return try Self.passSkips(outcome, sinks, deduplicator, invalid)
    }

    /// Both sources of skips are sorted by ordinal; so is what comes out.
    private static func passSkips(
        _ found: ListImport.Outcome, _ sinks: ListImport.Sinks, _ deduplicator: consuming Deduplicator,
        _ invalid: consuming SkipSpool
    ) throws -> ListImport.Outcome {
        var outcome = found
        try invalid.finishWriting()
        var invalid = invalid
        try deduplicator.finish { ordinal, verdict in
            while let first = try invalid.peek(), first < ordinal, let skip = try invalid.next() {
                try sinks.skip(skip.ordinal, .invalidAddress(skip.message))
            }
            switch verdict {
            case .duplicate(let first):
                outcome.duplicatesTotal += 1
                try sinks.skip(ordinal, .duplicate(of: first))
            case .suppressed:
                outcome.suppressedTotal += 1
                try sinks.skip(ordinal, .suppressed)
            }
        }
        while let skip = try invalid.next() { try sinks.skip(skip.ordinal, .invalidAddress(skip.message)) }
        return outcome
    }
}
