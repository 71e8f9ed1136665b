/// What one mail domain may be sent at once and in time, over all endpoints of a job.
public struct DestinationLimit: Hashable, Sendable {
    /// Messages under way at once; 0 is no limit.
    public var concurrency: UInt32
    /// Messages per hour; 0 is no limit.
    public var ratePerHour: UInt32

    public init(concurrency: UInt32 = 0, ratePerHour: UInt32 = 0) {
        self.concurrency = concurrency
        self.ratePerHour = ratePerHour
    }

    public var isUnlimited: Bool { concurrency == 0 && ratePerHour == 0 }
}

/// The limits of a job by mail domain.
public struct DestinationLimits: Hashable, Sendable {
    public struct Named: Hashable, Sendable {
        /// In lower case and ASCII (RFC 5890 A-labels).
        public var domain: String
        public var limit: DestinationLimit

        public init(_ domain: String, _ limit: DestinationLimit) {
            self.domain = domain
            self.limit = limit
        }
    }

    /// For each domain that is not named, on its own.
    public var standard: DestinationLimit
    /// By domain, ascending; each domain once.
    public private(set) var named: [Named]

    public static let namedMax = 10_000

    /// Of a domain that is given twice, the last counts. More than ``namedMax`` are cut off.
    public init(standard: DestinationLimit = DestinationLimit(), named: [Named] = []) {
        self.standard = standard
        var byDomain: [String: DestinationLimit] = [:]
        for item in named { byDomain[item.domain] = item.limit }
        self.named = byDomain.keys.sorted().prefix(Self.namedMax).map { Named($0, byDomain[$0] ?? standard) }
    }

    public var isEmpty: Bool { standard.isUnlimited && named.allSatisfy(\.limit.isUnlimited) }

    package func encode(into bytes: inout [UInt8]) {
        standard.encode(into: &bytes)
        bytes.appendVarint(UInt64(named.count))
        for item in named {
            bytes.appendString(item.domain)
            item.limit.encode(into: &bytes)
        }
    }

    package init(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) {
        let standard = try DestinationLimit(span, &reader)
        let start = reader.offset
        let count = try reader.varint(span)
        // Each takes three bytes at least: a crafted count cannot make us allocate.
        guard count <= UInt64(Self.namedMax), count <= UInt64(max(0, reader.end - reader.offset)) else {
            throw CodecError("too many domains", at: start)
        }
        var named: [Named] = []
        for _ in 0..<count { named.append(Named(try reader.string(span), try DestinationLimit(span, &reader))) }
        self.init(standard: standard, named: named)
        guard self.named == named else { throw CodecError("domains out of order", at: start) }
    }
}

extension DestinationLimit {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(concurrency))
        bytes.appendVarint(UInt64(ratePerHour))
    }

    fileprivate init(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) {
        self.init(
            concurrency: try reader.number(span, as: UInt32.self),
            ratePerHour: try reader.number(span, as: UInt32.self))
    }
}
