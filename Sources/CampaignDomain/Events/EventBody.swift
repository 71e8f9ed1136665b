/// The fields of the rare events: those about a job or the journal.
extension Event {
    package func encodeBody(into body: inout [UInt8]) {
        switch self {
        case .engineStarted(let start):
            body.appendVarint(start.epoch)
            body.appendString(start.host)
            body.appendString(start.hostIdentity)
            body.appendString(start.bootID)
            body.appendVarint(UInt64(start.processID))
            body.appendString(start.version)
        case .engineStopped(let reason), .jobPaused(let reason):
            body.appendString(reason)
        case .journalAdopted(let from, let to):
            body.appendString(from)
            body.appendString(to)
        case .storeRecovered(let reason, let retries, let paused):
            body.appendString(reason)
            body.appendVarint(UInt64(retries))
            body.appendZigzag(paused)
        case .jobCreated(let terms):
            terms.encode(into: &body)
        case .recipientsImported(let total, let columns):
            body.appendVarint(UInt64(total))
            body.appendVarint(UInt64(columns.count))
            for column in columns { body.appendString(column) }
        case .jobStarted(let endpoints):
            body.appendVarint(UInt64(endpoints.count))
            for endpoint in endpoints { body.appendString(endpoint) }
        case .jobResumed:
            break
        case .jobAborted(let reason, let recoverable):
            body.append(recoverable ? 1 : 0)
            body.appendString(reason)
        case .jobCompleted(let tally):
            for count in [tally.sent, tally.failed, tally.skipped, tally.inDoubt] { body.appendVarint(UInt64(count)) }
        case .endpointFailed(let endpoint, let attempt, let retries, let reason):
            body.append(endpoint)
            body.appendVarint(UInt64(attempt))
            body.appendVarint(UInt64(retries))
            body.appendString(reason)
        case .endpointPaused(let endpoint, let until):
            body.append(endpoint)
            body.appendZigzag(until.milliseconds)
        case .endpointRecovered(let endpoint), .endpointRestored(let endpoint):
            body.append(endpoint)
        case .endpointRemoved(let endpoint, let reason), .endpointSuspended(let endpoint, let reason),
            .endpointWithdrawn(let endpoint, let reason):
            body.append(endpoint)
            body.appendString(reason)
        case .endpointLimited(let endpoint, let limits):
            body.append(endpoint)
            limits.encode(into: &body)
        case .destinationsLimited(let limits): limits.encode(into: &body)
        case .recipient:
            preconditionFailure("a recipient's events are packed by EventEncoder.append(_:_:)")
        }
    }

    package static func decodeBody(_ kind: EventKind, _ span: RawSpan, _ range: Range<Int>) throws(CodecError) -> Event
    {
        var reader = ByteReader(offset: range.lowerBound, end: range.upperBound)
        let event = try decodeFields(kind, span, &reader)
        guard reader.isAtEnd else { throw CodecError("\(kind.name) is longer than its fields", at: reader.offset) }
        return event
    }

    private static func decodeFields(
        _ kind: EventKind, _ span: RawSpan, _ reader: inout ByteReader
    ) throws(CodecError) -> Event {
        switch kind {
        case .engineStarted:
            .engineStarted(
                EngineStart(
                    epoch: try reader.varint(span), host: try reader.string(span),
                    hostIdentity: try reader.string(span),
                    bootID: try reader.string(span), processID: try reader.number(span, as: UInt32.self),
                    version: try reader.string(span)))
        case .engineStopped: .engineStopped(reason: try reader.string(span))
        case .journalAdopted: .journalAdopted(from: try reader.string(span), to: try reader.string(span))
        case .storeRecovered:
            .storeRecovered(
                reason: try reader.string(span), retries: try reader.number(span, as: UInt32.self),
                pausedMilliseconds: try reader.zigzag(span))
        case .jobCreated: .jobCreated(try JobTerms(span, &reader))
        case .recipientsImported:
            .recipientsImported(
                total: try reader.number(span, as: UInt32.self), columns: try strings(span, &reader))
        case .jobStarted: .jobStarted(endpoints: try strings(span, &reader))
        case .jobPaused: .jobPaused(reason: try reader.string(span))
        case .jobResumed: .jobResumed
        case .jobAborted: try aborted(span, &reader)
        case .jobCompleted: .jobCompleted(try completedTally(span, &reader))
        case .endpointFailed:
            .endpointFailed(
                try reader.byte(span), attempt: try reader.number(span, as: UInt32.self),
                retries: try reader.number(span, as: UInt32.self), reason: try reader.string(span))
        case .endpointPaused:
            .endpointPaused(try reader.byte(span), until: Timestamp(milliseconds: try reader.zigzag(span)))
        case .endpointRecovered: .endpointRecovered(try reader.byte(span))
        case .endpointRemoved: .endpointRemoved(try reader.byte(span), reason: try reader.string(span))
        case .endpointRestored: .endpointRestored(try reader.byte(span))
        case .endpointSuspended: .endpointSuspended(try reader.byte(span), reason: try reader.string(span))
        case .endpointWithdrawn: .endpointWithdrawn(try reader.byte(span), reason: try reader.string(span))
        case .endpointLimited: .endpointLimited(try reader.byte(span), try EndpointLimits(span, &reader))
        case .destinationsLimited: .destinationsLimited(try DestinationLimits(span, &reader))
        case .recipientClaimed, .recipientSent, .recipientFailed, .recipientDeferred, .recipientReleased,
            .recipientInDoubt, .inDoubtResolved, .recipientSkipped:
            throw CodecError("a recipient's event where a job's was expected", at: reader.offset)
        }
    }

    private static func aborted(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) -> Event {
        let recoverable = try reader.byte(span) != 0
        return .jobAborted(reason: try reader.string(span), recoverable: recoverable)
    }

    private static func completedTally(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) -> Tally {
        var tally = Tally()
        tally.sent = try reader.number(span, as: UInt32.self)
        tally.failed = try reader.number(span, as: UInt32.self)
        tally.skipped = try reader.number(span, as: UInt32.self)
        tally.inDoubt = try reader.number(span, as: UInt32.self)
        return tally
    }

    private static func strings(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) -> [String] {
        let start = reader.offset
        let count = try reader.varint(span)
        // Each string takes a byte at least: a crafted count cannot make us allocate.
        guard count <= UInt64(max(0, reader.end - reader.offset)) else {
            throw CodecError("too many strings", at: start)
        }
        var strings: [String] = []
        strings.reserveCapacity(Int(count))
        for _ in 0..<count { strings.append(try reader.string(span)) }
        return strings
    }
}

extension JobTerms {
    package func encode(into body: inout [UInt8]) {
        body.appendString(key)
        body.appendString(name)
        body.appendVarint(UInt64(revision))
        body.appendVarint(UInt64(retry.attempts))
        body.appendZigzag(retry.firstMilliseconds)
        body.appendVarint(UInt64(retry.factor))
        body.appendZigzag(retry.capMilliseconds)
        body.append(inDoubt.rawValue)
        body.appendVarint(UInt64(ratePerHour))
        body.appendBytes(definitionDigest)
        body.appendBytes(listDigest)
    }

    package init(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) {
        let key = try reader.string(span)
        let name = try reader.string(span)
        let revision = try reader.number(span, as: UInt32.self)
        let retry = RetryPolicy(
            attempts: Int(try reader.number(span, as: UInt8.self)), firstMilliseconds: try reader.zigzag(span),
            factor: Int(try reader.number(span, as: UInt8.self)), capMilliseconds: try reader.zigzag(span))
        let start = reader.offset
        guard let inDoubt = InDoubtPolicy(rawValue: try reader.byte(span)) else {
            throw CodecError("unknown in-doubt policy", at: start)
        }
        self.init(
            key: key, name: name, revision: revision, retry: retry, inDoubt: inDoubt,
            ratePerHour: try reader.number(span, as: UInt32.self), definitionDigest: try reader.bytes(span),
            listDigest: try reader.bytes(span))
    }
}
