/// An endpoint as the log knows it, for one job.
public struct EndpointState: Hashable, Sendable {
    public enum Standing: Hashable, Sendable {
        case active
        /// In trouble: tried again at the given time.
        case paused(until: Timestamp)
        /// Given up for this run of the job.
        case removed
        /// A person lets nothing through it for now.
        case suspended
        /// A person has taken it out of the job.
        case withdrawn

        /// Only a person's `EndpointRestored` ends it.
        public var isDecidedByPerson: Bool { self == .suspended || self == .withdrawn }
    }

    /// The endpoint's address as configured; never holds a secret.
    public var name: String
    public var standing: Standing = .active
    /// Recipients sent through it.
    public var sent: UInt32 = 0
    /// Failures counted against it, over the whole job.
    public var failures: UInt32 = 0
    /// Failures in a row in the present trouble.
    public var attempt: UInt32 = 0
    public var lastError: String?
    /// What a person has set instead of what its address says.
    public var limits = EndpointLimits()

    package init(name: String) { self.name = name }

    /// What makes two names the same endpoint: the address without its options, which may change from run to run.
    package static func identity(_ name: String) -> Substring { name.prefix { $0 != "?" } }

    /// - Parameter withLimits: whether the snapshot's version has room for them.
    package func encode(into bytes: inout [UInt8], withLimits: Bool) {
        bytes.appendString(name)
        switch standing {
        case .active: bytes.append(0)
        case .paused(let until):
            bytes.append(1)
            bytes.appendZigzag(until.milliseconds)
        case .removed: bytes.append(2)
        case .suspended: bytes.append(3)
        case .withdrawn: bytes.append(4)
        }
        for number in [sent, failures, attempt] { bytes.appendVarint(UInt64(number)) }
        bytes.appendOptional(lastError)
        if withLimits { limits.encode(into: &bytes) }
    }

    package init(_ span: RawSpan, _ reader: inout ByteReader, withLimits: Bool) throws(CodecError) {
        name = try reader.string(span)
        switch try reader.byte(span) {
        case 0: standing = .active
        case 1: standing = .paused(until: Timestamp(milliseconds: try reader.zigzag(span)))
        case 2: standing = .removed
        case 3: standing = .suspended
        case 4: standing = .withdrawn
        default: throw CodecError("unknown endpoint standing", at: reader.offset)
        }
        sent = try reader.number(span, as: UInt32.self)
        failures = try reader.number(span, as: UInt32.self)
        attempt = try reader.number(span, as: UInt32.self)
        lastError = try reader.optionalString(span)
        if withLimits { limits = try EndpointLimits(span, &reader) }
    }
}

extension [UInt8] {
    package mutating func appendOptional(_ text: String?) {
        append(text == nil ? 0 : 1)
        if let text { appendString(text) }
    }

    package mutating func appendOptional(_ time: Timestamp?) {
        append(time == nil ? 0 : 1)
        if let time { appendZigzag(time.milliseconds) }
    }
}

extension ByteReader {
    package mutating func optionalString(_ span: RawSpan) throws(CodecError) -> String? {
        try byte(span) == 0 ? nil : try string(span)
    }

    package mutating func optionalTime(_ span: RawSpan) throws(CodecError) -> Timestamp? {
        try byte(span) == 0 ? nil : Timestamp(milliseconds: try zigzag(span))
    }
}
