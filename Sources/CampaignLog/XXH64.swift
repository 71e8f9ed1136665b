/// The 64-bit xxHash (XXH64) of Yann Collet: finds damage, does not resist an adversary.
package enum XXH64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    package static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
        unsafe hash(bytes.span.bytes, seed: seed)
    }

    package static func hash(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBytes { unsafe hash($0, seed: seed) }
    }

    static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        guard let base = bytes.baseAddress else { return unsafe finish(seed &+ prime5, nil, 0, 0) }
        let count = bytes.count
        var offset = 0
        var result: UInt64
        if count >= 32 {
            var lane1 = seed &+ prime1 &+ prime2
            var lane2 = seed &+ prime2
            var lane3 = seed
            var lane4 = seed &- prime1
            let end = count - 32
            while offset <= end {
                lane1 = round(lane1, unsafe load64(base, offset))
                lane2 = round(lane2, unsafe load64(base, offset &+ 8))
                lane3 = round(lane3, unsafe load64(base, offset &+ 16))
                lane4 = round(lane4, unsafe load64(base, offset &+ 24))
                offset &+= 32
            }
            result = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
            result = merge(result, lane1)
            result = merge(result, lane2)
            result = merge(result, lane3)
            result = merge(result, lane4)
        } else {
            result = seed &+ prime5
        }
        return unsafe finish(result &+ UInt64(count), base, offset, count)
    }

    /// Takes in the last bytes, fewer than 32, and mixes.
    @inline(__always)
    private static func finish(_ start: UInt64, _ base: UnsafeRawPointer?, _ from: Int, _ count: Int) -> UInt64 {
        var result = start
        var offset = from
        if let base = unsafe base {
            while offset &+ 8 <= count {
                result ^= round(0, unsafe load64(base, offset))
                result = rotate(result, 27) &* prime1 &+ prime4
                offset &+= 8
            }
            if offset &+ 4 <= count {
                let word = unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                result ^= UInt64(word) &* prime1
                result = rotate(result, 23) &* prime2 &+ prime3
                offset &+= 4
            }
            while offset < count {
                result ^= UInt64(unsafe base.load(fromByteOffset: offset, as: UInt8.self)) &* prime5
                result = rotate(result, 11) &* prime1
                offset &+= 1
            }
        }
        result = (result ^ (result >> 33)) &* prime2
        result = (result ^ (result >> 29)) &* prime3
        return result ^ (result >> 32)
    }

    @inline(__always)
    private static func load64(_ base: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value &<< count | value &>> (64 &- count)
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func merge(_ result: UInt64, _ lane: UInt64) -> UInt64 {
        (result ^ round(0, lane)) &* prime1 &+ prime4
    }
}
