import Testing

@testable import CampaignDomain

@Suite struct VarintTests {
    private static let values: [UInt64] = {
        var values: [UInt64] = [.max]
        for shift: UInt64 in 0..<64 {
            let power: UInt64 = 1 << shift
            values += [power - 1, power, power + 1]
        }
        return values
    }()

    @Test("every width of number reads back, in as few bytes as it needs")
    func varints() throws {
        for value in Self.values {
            var bytes: [UInt8] = []
            bytes.appendVarint(value)
            var reader = ByteReader(end: bytes.count)
            #expect(try reader.varint(bytes) == value)
            #expect(reader.isAtEnd)
            #expect(bytes.count == max(1, (64 - value.leadingZeroBitCount + 6) / 7))
        }
    }

    @Test("signed numbers read back, and small negative ones are short")
    func zigzags() throws {
        var values: [Int64] = [.min, .max]
        for value in Self.values { values += [Int64(bitPattern: value), -Int64(bitPattern: value >> 1)] }
        for value in values {
            var bytes: [UInt8] = []
            bytes.appendZigzag(value)
            var reader = ByteReader(end: bytes.count)
            #expect(try reader.zigzag(bytes) == value)
            if value >= -64, value < 64 { #expect(bytes.count == 1) }
        }
    }

    @Test("a number beyond 64 bits, or cut short, is an error")
    func tooLong() {
        let tooLong = [UInt8](repeating: 0xFF, count: 9) + [2]
        let tooMany = [UInt8](repeating: 0x80, count: 10) + [0]
        let short: [UInt8] = [0x80]
        for bytes in [tooLong, tooMany, short, []] {
            #expect(throws: CodecError.self) {
                var reader = ByteReader(end: bytes.count)
                _ = try reader.varint(bytes)
            }
        }
    }

    @Test("a length beyond the end is refused before anything is allocated")
    func lengths() {
        for length: UInt64 in [1, 5, 1 << 40, .max] {
            var bytes: [UInt8] = []
            bytes.appendVarint(length)
            #expect(throws: CodecError.self) {
                var reader = ByteReader(end: bytes.count)
                _ = try reader.range(bytes)
            }
            // Nor does a reader trust an end that lies beyond the bytes.
            #expect(throws: CodecError.self) {
                var reader = ByteReader(end: .max)
                _ = try reader.string(bytes)
            }
        }
    }
}
