import CampaignDomain

/// The worlds met so far, by a 128-bit digest of their canonical bytes: open addressing, numbered in the order of meeting.
///
/// Two different worlds with one digest would hide what lies behind one of them. Among 20 million worlds the chance of
/// that is below 10⁻²⁴.
struct SmallWorldTable {
    private var high: [UInt64]
    private var low: [UInt64]
    /// The number plus one; 0 is an empty place.
    private var numbers: [UInt32]
    private var mask: Int
    private(set) var count = 0

    init() {
        let places = 1 << 16
        high = [UInt64](repeating: 0, count: places)
        low = high
        numbers = [UInt32](repeating: 0, count: places)
        mask = places - 1
    }

    /// The world's number, and whether it is new. O(bytes).
    mutating func number(of bytes: [UInt8]) -> (number: Int, isNew: Bool) {
        let (first, second) = Self.digest(bytes)
        if count * 3 > numbers.count * 2 { grow() }
        let place = place(first, second)
        if numbers[place] != 0 { return (Int(numbers[place]) - 1, false) }
        count += 1
        (high[place], low[place], numbers[place]) = (first, second, UInt32(count))
        return (count - 1, true)
    }

    private func place(_ first: UInt64, _ second: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: first) & mask
        while numbers[place] != 0, high[place] != first || low[place] != second { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = (high: high, low: low, numbers: numbers)
        let places = numbers.count * 2
        high = [UInt64](repeating: 0, count: places)
        low = [UInt64](repeating: 0, count: places)
        numbers = [UInt32](repeating: 0, count: places)
        mask = places - 1
        for index in old.numbers.indices where old.numbers[index] != 0 {
            let place = place(old.high[index], old.low[index])
            (high[place], low[place], numbers[place]) = (old.high[index], old.low[index], old.numbers[index])
        }
    }

    /// Two independent chains of SplitMix64's finaliser over the bytes, eight at a time, and their count.
    private static func digest(_ bytes: [UInt8]) -> (UInt64, UInt64) {
        var first: UInt64 = 0x243F_6A88_85A3_08D3
        var second: UInt64 = 0x1319_8A2E_0370_7344
        var index = 0
        while index < bytes.count {
            var word: UInt64 = 0
            for byte in bytes[index..<min(index + 8, bytes.count)] { word = word << 8 | UInt64(byte) }
            first = mix(first ^ word)
            second = mix(second &+ (word &* 0x9FB2_1C65_1E98_DF25 | 1)) ^ (second << 23 | second >> 41)
            index += 8
        }
        return (mix(first ^ UInt64(bytes.count)), mix(second &+ UInt64(bytes.count)))
    }
}
