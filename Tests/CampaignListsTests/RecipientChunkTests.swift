import CampaignLists
import Testing

@Suite("Chunks of recipients")
struct RecipientChunkTests {
    private static func chunk(
        rows: Int, columns: Int, firstOrdinal: UInt32 = 0, _ random: inout SeededGenerator
    )
        -> (bytes: [UInt8], fields: [[[UInt8]]])
    {
        var builder = RecipientChunkBuilder(columnsTotal: columns, firstOrdinal: firstOrdinal)
        let fields = (0..<rows).map { _ in
            (0..<columns).map { _ in
                (0..<Int.random(in: 0...9, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
        }
        for field in fields.joined() { builder.append(field) }
        return (builder.finish(), fields)
    }

    @Test("give back what was put in", arguments: [(1, 1), (1, 7), (128, 1), (127, 3), (128, 40), (3, 1000)])
    func roundTrip(_ rows: Int, _ columns: Int) throws {
        var random = SeededGenerator(state: UInt64(rows * columns))
        let (bytes, fields) = Self.chunk(rows: rows, columns: columns, firstOrdinal: 77, &random)
        let chunk = try RecipientChunk(bytes)
        #expect(chunk.firstOrdinal == 77)
        #expect(chunk.rowsTotal == rows)
        #expect(chunk.columnsTotal == columns)
        for (index, row) in fields.enumerated() {
            #expect((0..<columns).map { Array(chunk.row(index).bytes($0)) } == row)
        }
        #expect(chunk.row(0).bytes(columns).isEmpty)
        #expect(chunk.row(0).bytes(-1).isEmpty)
        #expect(chunk.row(ordinal: 76) == nil)
        #expect(chunk.row(ordinal: 77 + UInt32(rows)) == nil)
        #expect(chunk.row(ordinal: 77 + UInt32(rows) - 1)?.ordinal == 76 + UInt32(rows))
    }

    @Test("long fields take wider offsets")
    func wide() throws {
        for count in [65_535, 65_536, 1 << 20] {
            var builder = RecipientChunkBuilder(columnsTotal: 2)
            builder.append([1, 2])
            builder.append(Array(repeating: 7, count: count - 2))
            let bytes = builder.finish()
            #expect(bytes[1] == (count > 65_535 ? 4 : 2))
            #expect(try RecipientChunk(bytes).row(0).bytes(1).count == count - 2)
        }
    }

    @Test("the builder goes on behind the chunk, and fills up short rows")
    func builder() throws {
        var builder = RecipientChunkBuilder(columnsTotal: 2)
        for _ in 0..<128 {
            #expect(!builder.isFull)
            builder.append([65])
            builder.fillRow()
        }
        #expect(builder.isFull)
        _ = builder.finish()
        #expect(builder.isEmpty)
        builder.append([66])
        builder.fillRow()
        let chunk = try RecipientChunk(builder.finish())
        #expect(chunk.firstOrdinal == 128)
        #expect(Array(chunk.row(0).bytes(0)) == [66])
        #expect(chunk.row(0).bytes(1).isEmpty)
    }

    private static func touch(_ bytes: [UInt8]) -> Bool {
        guard let chunk = try? RecipientChunk(bytes) else { return false }
        var total = 0
        for row in 0..<chunk.rowsTotal {
            for column in 0..<chunk.columnsTotal { total += chunk.row(row).bytes(column).count }
        }
        return total <= bytes.count
    }

    @Test("every change of one byte gives an error or a chunk that can be read")
    func mutations() {
        var random = SeededGenerator(state: 5)
        let (bytes, _) = Self.chunk(rows: 5, columns: 3, &random)
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[index] = byte
                let isValid = Self.touch(changed)
                // Only the ordinal and the fields' own bytes may change unnoticed, and offsets between fields.
                if index < 2 || (6..<10).contains(index), byte != bytes[index], isValid {
                    Issue.record("byte \(index) = \(byte) went unnoticed")
                }
            }
        }
    }

    @Test("every truncation and every addition is an error")
    func truncations() {
        var random = SeededGenerator(state: 6)
        let (bytes, _) = Self.chunk(rows: 5, columns: 3, &random)
        for count in 0..<bytes.count { #expect(!Self.touch(Array(bytes[..<count]))) }
        for byte in UInt8.min...UInt8.max { #expect(!Self.touch(bytes + [byte])) }
    }

    @Test(
        "hostile headers are errors",
        arguments: [
            [1, 2, 0, 0, 0, 0, 0, 0, 1, 0], [1, 2, 0, 0, 0, 0, 1, 0, 0, 0], [1, 2, 0, 0, 0, 0, 129, 0, 1, 0],
            [1, 4, 255, 255, 255, 255, 128, 0, 1, 0], [1, 4, 0, 0, 0, 0, 128, 0, 255, 255],
            [1, 2, 255, 255, 255, 255, 1, 0, 1, 0, 0, 0],
            [2, 2, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0], [1, 3, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0],
            [1, 4, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0],
            [1, 4, 0, 0, 0, 0, 1, 0, 1, 0, 255, 255, 255, 255],
        ] as [[UInt8]])
    func hostileHeaders(_ bytes: [UInt8]) {
        #expect(throws: RecipientChunkError.self) { try RecipientChunk(bytes) }
    }
}
