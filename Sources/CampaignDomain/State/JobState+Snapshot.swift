/// The state as bytes: for snapshots, and to compare two states byte for byte.
extension JobState {
    /// Before there were limits; still written by a job without any, so that a state always has one form.
    private static var unlimitedVersion: UInt8 { 2 }
    private static var snapshotVersion: UInt8 { 3 }

    private var hasLimits: Bool {
        destinationLimits != DestinationLimits()
            || endpoints.contains { !$0.limits.isEmpty || $0.standing.isDecidedByPerson }
    }

    /// Canonical: equal states give equal bytes.
    package func encoded() -> [UInt8] {
        let withLimits = hasLimits
        var bytes: [UInt8] = [withLimits ? Self.snapshotVersion : Self.unlimitedVersion]
        bytes.appendVarint(UInt64(id.rawValue))
        terms.encode(into: &bytes)
        bytes.appendZigzag(createdAt.milliseconds)
        bytes.appendOptional(startedAt)
        bytes.appendOptional(finishedAt)
        bytes.append(phase.rawValue)
        bytes.append(isImported ? 1 : 0)
        bytes.appendVarint(UInt64(columns.count))
        for column in columns { bytes.appendString(column) }
        bytes.appendOptional(pauseReason)
        bytes.appendOptional(abortReason)
        bytes.append(abortIsRecoverable ? 1 : 0)
        bytes.appendVarint(sequence)
        bytes.appendVarint(epoch)
        bytes.appendVarint(UInt64(endpoints.count))
        for endpoint in endpoints { endpoint.encode(into: &bytes, withLimits: withLimits) }
        bytes.appendBytes(runEndpoints)
        if withLimits { destinationLimits.encode(into: &bytes) }
        bytes.appendVarint(UInt64(due.count))
        for ordinal in due.keys.sorted() {
            bytes.appendVarint(UInt64(ordinal))
            bytes.appendZigzag(due[ordinal] ?? 0)
        }
        bytes.appendVarint(UInt64(doubtsNamed))
        bytes.appendVarint(UInt64(doubts.count))
        for ordinal in doubts.keys.sorted() {
            bytes.appendVarint(UInt64(ordinal))
            bytes.appendVarint(UInt64(doubts[ordinal] ?? 0))
        }
        recipients.encode(into: &bytes)
        return bytes
    }

    /// Reads ``encoded()`` back. The tally is counted anew, so a snapshot cannot lie about it.
    /// - Parameter countMax: bounds what damaged bytes can make us allocate: two bytes for each recipient.
    package init(encoded span: RawSpan, countMax: UInt32 = recipientsMax) throws(CodecError) {
        var reader = ByteReader(end: span.byteCount)
        let version = try reader.byte(span)
        let withLimits = version == Self.snapshotVersion
        guard withLimits || version == Self.unlimitedVersion else { throw CodecError("other snapshot version", at: 0) }
        let id = JobID(try reader.number(span, as: UInt32.self))
        let terms = try JobTerms(span, &reader)
        let createdAt = Timestamp(milliseconds: try reader.zigzag(span))
        self.init(id: id, terms: terms, createdAt: createdAt, sequence: 0, epoch: 0)
        startedAt = try reader.optionalTime(span)
        finishedAt = try reader.optionalTime(span)
        phase = try JobPhase.decoded(try reader.byte(span), at: reader.offset)
        isImported = try reader.byte(span) != 0
        for _ in 0..<(try Self.bounded(span, &reader)) { columns.append(try reader.string(span)) }
        pauseReason = try reader.optionalString(span)
        abortReason = try reader.optionalString(span)
        abortIsRecoverable = try reader.byte(span) != 0
        sequence = try reader.varint(span)
        epoch = try reader.varint(span)
        let endpointCount = try Self.bounded(span, &reader)
        guard endpointCount <= endpointsMax else { throw CodecError("too many endpoints", at: reader.offset) }
        for _ in 0..<endpointCount { endpoints.append(try EndpointState(span, &reader, withLimits: withLimits)) }
        runEndpoints = try reader.bytes(span)
        guard runEndpoints.allSatisfy({ Int($0) < endpoints.count }) else {
            throw CodecError("unknown endpoint", at: reader.offset)
        }
        if withLimits { destinationLimits = try DestinationLimits(span, &reader) }
        for _ in 0..<(try Self.bounded(span, &reader)) {
            let ordinal = try reader.number(span, as: Ordinal.self)
            due[ordinal] = try reader.zigzag(span)
        }
        doubtsNamed = try reader.number(span, as: UInt32.self)
        for _ in 0..<(try Self.bounded(span, &reader)) {
            let ordinal = try reader.number(span, as: Ordinal.self)
            doubts[ordinal] = try reader.number(span, as: UInt32.self)
        }
        recipients = try RecipientTable(span, &reader, countMax: Int(countMax))
        guard reader.isAtEnd else { throw CodecError("snapshot is longer than its fields", at: reader.offset) }
        // One form for each state: else two equal states could have unequal bytes.
        guard withLimits == hasLimits else { throw CodecError("other snapshot version than its fields ask for", at: 0) }
        try recount()
    }

    private static func bounded(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) -> Int {
        let start = reader.offset
        let count = try reader.varint(span)
        guard count <= UInt64(reader.end - reader.offset) else { throw CodecError("count beyond the end", at: start) }
        return Int(count)
    }

    private mutating func recount() throws(CodecError) {
        var counts = [UInt32](repeating: 0, count: 8)
        for slot in recipients.slots { counts[Int(slot & 0b111)] += 1 }
        for phase in RecipientPhase.allCases { tally[phase] = counts[Int(phase.rawValue)] }
        guard due.count == Int(tally.deferred), due.keys.allSatisfy({ self.phase(of: $0) == .deferred }) else {
            throw CodecError("due times and deferred recipients disagree", at: 0)
        }
        guard doubts.count == Int(tally.inDoubt), doubts.keys.allSatisfy({ self.phase(of: $0) == .inDoubt }),
            doubts.values.allSatisfy({ (1...max(doubtsNamed, 1)).contains($0) })
        else { throw CodecError("doubts and recipients in doubt disagree", at: 0) }
    }
}
