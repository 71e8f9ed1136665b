#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// A frame's bytes. All numbers are little-endian.
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | XXH64 of everything that follows, payload included |
/// | 8 | 2 | format version |
/// | 10 | 2 | flags |
/// | 12 | 4 | job |
/// | 16 | 8 | epoch |
/// | 24 | 8 | first sequence |
/// | 32 | 8 | time |
/// | 40 | 4 | count |
/// | 44 | 4 | payload length |
/// | 48 | 32 | hash of the frame before |
/// | 80 | | payload |
///
/// The checksum comes first so that it covers one contiguous range, whatever a later version puts there.
package enum FrameCodec {
    static func sizeBytes(of draft: FrameDraft) -> Int {
        FrameHeader.sizeBytes + draft.payload.count
    }

    package static func encode(_ header: FrameHeader, payload: [UInt8]) -> [UInt8] {
        let size = FrameHeader.sizeBytes + payload.count
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            unsafe write(header, payload: payload.span.bytes, to: UnsafeMutableRawBufferPointer(buffer))
            count = size
        }
    }

    /// Appends the frame to `output`, which must have room for it.
    static func encode(_ header: FrameHeader, payload: [UInt8], into output: inout OutputRawSpan) {
        let size = FrameHeader.sizeBytes + payload.count
        guard output.freeCapacity >= size else { return }
        unsafe output.withUnsafeMutableBytes { buffer, count in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + size)])
            unsafe write(header, payload: payload.span.bytes, to: free)
            count += size
        }
    }

    /// `buffer` has exactly the frame's size.
    private static func write(_ header: FrameHeader, payload: RawSpan, to buffer: UnsafeMutableRawBufferPointer) {
        unsafe write(header, to: buffer)
        unsafe payload.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[FrameHeader.sizeBytes...]).copyMemory(from: source)
        }
        let covered = unsafe UnsafeRawBufferPointer(rebasing: buffer[8...])
        unsafe store(XXH64.hash(covered), 0, buffer)
    }

    /// The header's bytes alone, its checksum as it stands. `buffer` has room for them.
    static func write(_ header: FrameHeader, to buffer: UnsafeMutableRawBufferPointer) {
        unsafe store(header.checksum, 0, buffer)
        unsafe store(header.formatVersion, 8, buffer)
        unsafe store(header.flags, 10, buffer)
        unsafe store(header.job, 12, buffer)
        unsafe store(header.epoch, 16, buffer)
        unsafe store(header.firstSequence, 24, buffer)
        unsafe store(header.time, 32, buffer)
        unsafe store(header.count, 40, buffer)
        unsafe store(UInt32(truncatingIfNeeded: header.payloadSizeBytes), 44, buffer)
        unsafe header.hashBefore.withUnsafeBytes { hash in
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[48..<80]).copyMemory(from: hash)
        }
    }

    @inline(__always)
    private static func store(_ value: some FixedWidthInteger, _ offset: Int, _ to: UnsafeMutableRawBufferPointer) {
        unsafe to.storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
    }

    /// Reads and checks a whole frame; its payload is everything from `FrameHeader.sizeBytes` on.
    /// - Parameter sequence: the key that the frame was stored under.
    /// - Throws: `corrupted`, or `newerFormat` for an undamaged frame of a newer program.
    package static func decode(_ frame: RawSpan, storedAt sequence: UInt64) throws(LogError) -> FrameHeader {
        guard frame.byteCount >= FrameHeader.sizeBytes else {
            throw .corrupted(sequence: sequence, reason: "the frame has \(frame.byteCount) bytes, too few for a header")
        }
        #if CAMPAIGN_MUTANTS
        if Mutant.checksumIgnored.isPlanted {
            return FrameHeader(
                reading: frame, version: frame.integer(at: 8, as: UInt16.self),
                checksum: frame.integer(at: 0, as: UInt64.self))
        }
        #endif
        let checksum = frame.integer(at: 0, as: UInt64.self)
        guard XXH64.hash(frame.extracting(droppingFirst: 8)) == checksum else {
            throw .corrupted(sequence: sequence, reason: "the frame's checksum does not match its bytes")
        }
        let version = frame.integer(at: 8, as: UInt16.self)
        guard version <= FrameHeader.formatVersionSupported else {
            throw .newerFormat(found: Int(version), supported: Int(FrameHeader.formatVersionSupported))
        }
        let header = FrameHeader(reading: frame, version: version, checksum: checksum)
        guard version > 0, header.payloadSizeBytes == frame.byteCount - FrameHeader.sizeBytes else {
            throw .corrupted(sequence: sequence, reason: "the frame's length does not match its header")
        }
        guard header.firstSequence == sequence else {
            throw .corrupted(sequence: sequence, reason: "the frame says that it begins at \(header.firstSequence)")
        }
        guard header.count > 0, sequence > 0,
            !sequence.addingReportingOverflow(UInt64(header.count)).overflow
        else {
            throw .corrupted(sequence: sequence, reason: "the frame's number of events makes no sense")
        }
        return header
    }
}

extension FrameHeader {
    fileprivate init(reading frame: RawSpan, version: UInt16, checksum: UInt64) {
        formatVersion = version
        flags = frame.integer(at: 10, as: UInt16.self)
        job = frame.integer(at: 12, as: UInt32.self)
        epoch = frame.integer(at: 16, as: UInt64.self)
        firstSequence = frame.integer(at: 24, as: UInt64.self)
        time = frame.integer(at: 32, as: Int64.self)
        count = frame.integer(at: 40, as: UInt32.self)
        payloadSizeBytes = Int(frame.integer(at: 44, as: UInt32.self))
        hashBefore = MerkleRoot(at: 48, in: frame)
        self.checksum = checksum
    }
}

extension RawSpan {
    /// A little-endian integer. Traps past the end: the caller has checked the length.
    @inline(__always)
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Integer.Type) -> Integer {
        Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}
