/// How many connections an endpoint may use at present: more while it goes well, half when the server complains.
///
/// Additive increase, multiplicative decrease, as TCP does it (RFC 5681): from its first size it doubles with every round
/// of answers until the first complaint, and from then on grows by one connection a round. Complaints about messages that
/// were under way when it shrank are the same complaint. Whole numbers only: thousandths of a connection.
struct CongestionWindow: Hashable, Sendable {
    private static let one = 1000

    private let ceiling: Int
    private let first: Int
    private var size: Int
    private var threshold: Int
    /// Answers still to come about messages that were under way at the last decrease.
    private var deaf = 0

    /// - Parameters:
    ///   - connections: what is configured, 1 or more.
    ///   - initial: where to begin; nil is no slow start: all of them, always.
    init(connections: Int, initial: Int?) {
        let ceiling = max(connections, 1) * Self.one
        self.ceiling = ceiling
        first = initial.map { min(max($0, 1) * Self.one, ceiling) } ?? ceiling
        isAdaptive = initial != nil
        size = first
        threshold = ceiling
    }

    let isAdaptive: Bool

    /// 1 or more.
    var connections: Int { size / Self.one }

    /// A message was answered and nothing was wrong with the pace.
    mutating func answered() {
        guard isAdaptive else { return }
        if deaf > 0 { deaf -= 1 }
        guard size < ceiling else { return }
        let step = size < threshold ? Self.one : max(Self.one * Self.one / size, 1)
        size = min(size + step, ceiling)
    }

    /// The server wants less at a time.
    mutating func complained(inFlight: Int) {
        guard isAdaptive else { return }
        guard deaf == 0 else {
            deaf -= 1
            return
        }
        size = max(size / 2, Self.one)
        threshold = size
        deaf = inFlight
    }

    /// After a pause: from the beginning.
    mutating func restart() {
        guard isAdaptive else { return }
        size = min(first, size)
        threshold = max(threshold, first)
        deaf = 0
    }

    func appendCanonical(to bytes: inout [UInt8]) {
        guard isAdaptive else { return }
        for number in [size, threshold, deaf] { bytes.appendVarint(UInt64(number)) }
    }
}
