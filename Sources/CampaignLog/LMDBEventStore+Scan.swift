internal import CampaignLMDB

extension LMDBEventStore {
    package func scan(
        from sequence: UInt64,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws {
        var position = ScanPosition.holding(sequence)
        var last: UInt64?
        while position != .end {
            position = try withRead { transaction, databases in
                var cursor = try transaction.cursor(in: databases.events)
                if last == nil {
                    guard try cursor.last(), case .integer(let key) = try cursor.key() else { return .end }
                    last = key
                }
                return try Self.scanSegment(&cursor, from: position, through: last ?? 0, body)
            }
        }
    }

    /// Scans until the snapshot is due for renewal; returns where to go on.
    private static func scanSegment(
        _ cursor: inout Cursor,
        from position: ScanPosition,
        through last: UInt64,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws -> ScanPosition {
        var clock = ScanClock()
        var expected: UInt64?
        var found: Bool
        switch position {
        case .end:
            return .end
        case .exactly(let next):
            found = try cursor.seek(.integer(next))
            expected = next
        case .holding(let sequence):
            found = try cursor.seek(holding: sequence)
        }
        while found {
            guard case .integer(let key) = try cursor.key(), key <= last else { return .end }
            if let expected, expected != key {
                throw LogError.corrupted(sequence: expected, reason: "the next frame begins at \(key)")
            }
            let (next, goesOn) = try show(cursor.value, storedAt: key, body)
            expected = next
            guard goesOn, key < last else { return .end }
            if clock.isDue() { return .exactly(next) }
            found = try cursor.next()
        }
        if let expected {
            throw LogError.corrupted(sequence: expected, reason: "the frame is missing")
        }
        return .end
    }

    /// Verifies a frame and hands it to `body`.
    private static func show(
        _ frame: RawSpan,
        storedAt sequence: UInt64,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws -> (nextSequence: UInt64, goesOn: Bool) {
        let header = try FrameCodec.decode(frame, storedAt: sequence)
        let goesOn = try body(header, frame.extracting(droppingFirst: FrameHeader.sizeBytes))
        return (header.nextSequence, goesOn)
    }

    package func scanBackward(
        from sequence: UInt64?,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws {
        var position = ScanPosition.holding(sequence ?? .max)
        while position != .end {
            position = try withRead { transaction, databases in
                var cursor = try transaction.cursor(in: databases.events)
                return try Self.scanSegmentBackward(&cursor, from: position, body)
            }
        }
    }

    private static func scanSegmentBackward(
        _ cursor: inout Cursor,
        from position: ScanPosition,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws -> ScanPosition {
        var clock = ScanClock()
        // The first sequence of the frame that came before, in the order of the scan.
        var follower: UInt64?
        var found: Bool
        switch position {
        case .end:
            return .end
        case .exactly(let next):
            found = try cursor.seek(before: next)
            follower = next
        case .holding(let sequence):
            found = sequence == .max ? try cursor.last() : try cursor.seek(atOrBefore: sequence)
        }
        while found {
            guard case .integer(let key) = try cursor.key() else { throw HeadRecord.damaged }
            let expected = follower
            let (_, goesOn) = try show(cursor.value, storedAt: key) { header, payload in
                if let expected, header.nextSequence != expected {
                    throw LogError.corrupted(
                        sequence: header.nextSequence, reason: "the next frame begins at \(expected)")
                }
                return try body(header, payload)
            }
            follower = key
            guard goesOn else { return .end }
            if clock.isDue() { return .exactly(key) }
            found = try cursor.previous()
        }
        if let follower, follower != 1 {
            throw LogError.corrupted(sequence: 1, reason: "the log begins at \(follower)")
        }
        return .end
    }

    package func scan(
        _ table: Table,
        from: TableKey?,
        _ body: (TableKey, RawSpan) throws -> Bool
    ) throws {
        try from?.check(for: table)
        var start = from
        var skipsStart = false
        var isDone = false
        while !isDone {
            try withRead { transaction, databases in
                var clock = ScanClock()
                var cursor = try transaction.cursor(in: databases[table])
                var found =
                    if let start { try cursor.seek(start.databaseKey) } else { try cursor.first() }
                while found {
                    let key = TableKey(try cursor.key())
                    if !(skipsStart && key == start) {
                        guard try body(key, cursor.value) else { break }
                        if clock.isDue() {
                            start = key
                            skipsStart = true
                            return
                        }
                    }
                    found = try cursor.next()
                }
                isDone = true
            }
        }
    }
}

/// Where a scan goes on.
private enum ScanPosition: Equatable {
    /// At the frame that holds this sequence.
    case holding(UInt64)
    /// Forward: at the frame that begins here. Backward: at the one before it.
    case exactly(UInt64)
    case end
}

extension Cursor {
    /// To the frame that holds `sequence`, or else the first one after it.
    fileprivate mutating func seek(holding sequence: UInt64) throws -> Bool {
        guard try seek(atOrBefore: sequence) else { return try first() }
        guard case .integer(let key) = try key() else { return false }
        let header = try FrameCodec.decode(value, storedAt: key)
        return try sequence < header.nextSequence ? true : next()
    }

    /// To the last frame that begins at or before `sequence`.
    fileprivate mutating func seek(atOrBefore sequence: UInt64) throws -> Bool {
        guard try seek(.integer(sequence)) else { return try last() }
        if case .integer(sequence) = try key() { return true }
        return try previous()
    }

    fileprivate mutating func seek(before sequence: UInt64) throws -> Bool {
        try sequence > 0 && seek(atOrBefore: sequence - 1)
    }
}
