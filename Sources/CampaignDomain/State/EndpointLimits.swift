/// What a person has set for an endpoint of a job, instead of what its address says. Part of the log: it holds until it is
/// set again, over stops and crashes.
public struct EndpointLimits: Hashable, Sendable {
    /// Connections (or messages in hand) at once, 1 or more; nil is as configured. Never raises what is configured.
    public var connections: UInt32?
    /// Messages per hour; 0 is no limit, nil as configured.
    public var ratePerHour: UInt32?
    /// Its share among the endpoints that have a weight, 1 to 1000; nil is as configured.
    public var weight: UInt32?

    public static let weightMax: UInt32 = 1000

    /// Out-of-range values are brought to the nearest bound.
    public init(connections: UInt32? = nil, ratePerHour: UInt32? = nil, weight: UInt32? = nil) {
        self.connections = connections.map { max($0, 1) }
        self.ratePerHour = ratePerHour
        self.weight = weight.map { min(max($0, 1), Self.weightMax) }
    }

    public var isEmpty: Bool { self == EndpointLimits() }

    /// These, and where they say nothing the older ones.
    public func over(_ older: EndpointLimits) -> EndpointLimits {
        EndpointLimits(
            connections: connections ?? older.connections, ratePerHour: ratePerHour ?? older.ratePerHour,
            weight: weight ?? older.weight)
    }

    package func encode(into bytes: inout [UInt8]) {
        for number in [connections, ratePerHour, weight] { bytes.appendOptional(number) }
    }

    package init(_ span: RawSpan, _ reader: inout ByteReader) throws(CodecError) {
        self.init(
            connections: try reader.optionalNumber(span), ratePerHour: try reader.optionalNumber(span),
            weight: try reader.optionalNumber(span))
    }
}

extension [UInt8] {
    package mutating func appendOptional(_ number: UInt32?) {
        append(number == nil ? 0 : 1)
        if let number { appendVarint(UInt64(number)) }
    }
}

extension ByteReader {
    package mutating func optionalNumber(_ span: RawSpan) throws(CodecError) -> UInt32? {
        try byte(span) == 0 ? nil : try number(span, as: UInt32.self)
    }
}
