import Testing

@testable import crash_images

@Suite("The disk that crash images come from")
struct DiskModelTests {
    private func write(_ offset: Int, _ bytes: [UInt8], isSynchronous: Bool = false) -> TraceRecord {
        .writeBegan(offset: offset, bytes: bytes[...], isSynchronous: isSynchronous)
    }

    /// What each crash point's images hold.
    private func files(_ records: [TraceRecord], sample: Int = 4, seed: UInt64 = 1) async throws -> [[[UInt8]]] {
        let plan = ImagePlan(sampleCount: sample, seed: seed)
        var files: [[[UInt8]]] = []
        try await DiskModel(Trace(records)).forEachCrashPoint { point in
            files.append(plan.images(of: point).map { point.bytes(of: $0) })
            return true
        }
        return files
    }

    @Test("What was flushed stays; each later write may be there or not")
    func subsets() async throws {
        let points = try await files([
            write(0, [1]), .flushBegan, .flushEnded, write(0, [2]), write(1, [3]),
        ])
        #expect(points.count == 2)
        #expect(points[0] == [[], [0], [1]])
        #expect(Set(points[1]) == [[1], [1, 0], [2], [2, 0], [1, 3], [2, 3]])
    }

    @Test("A flush promises nothing about writes that were issued after it began")
    func lateWrite() async throws {
        let points = try await files([write(0, [1]), .flushBegan, write(0, [2]), .flushEnded])
        #expect(points.count == 2)
        #expect(Set(points[1]) == [[1], [2]])
    }

    @Test("A synchronous write is safe when it has returned, and makes nothing else safe")
    func synchronous() async throws {
        let points = try await files([write(0, [1]), write(1, [2], isSynchronous: true), .writeEnded])
        #expect(Set(points[0]) == [[], [0, 0], [1], [1, 0], [0, 2], [1, 2]])
        #expect(Set(points[1]) == [[0, 2], [1, 2]])
    }

    @Test("Of writes to the same place the last one that was kept wins")
    func order() async throws {
        let points = try await files([write(0, [1]), write(0, [2])])
        #expect(Set(points[0]) == [[], [0], [1], [2]])
    }

    @Test("A long write is torn at its sectors, wherever it begins")
    func torn() async throws {
        let points = try await files([write(500, [UInt8](repeating: 7, count: 1_024))])
        let sectors: [Range<Int>] = [500..<512, 512..<1_024, 1_024..<1_524]
        for mask in 0..<8 {
            var file = [UInt8](repeating: 0, count: 1_524)
            for index in 0..<3 where mask >> index & 1 == 1 { for place in sectors[index] { file[place] = 7 } }
            #expect(points[0].contains(file))
        }
    }

    @Test("Where all subsets are too many, each sector is lost alone and survives alone, and a seed chooses the rest")
    func sample() async throws {
        let records = [write(0, (0..<20 * 512).map { UInt8($0 / 512 + 1) })]
        let images = try await files(records)[0]
        let kept = Set(images.filter { $0.count == 20 * 512 }.map { file in (0..<20).filter { file[$0 * 512] != 0 } })
        for sector in 0..<20 {
            #expect(kept.contains([sector]))
            #expect(kept.contains((0..<20).filter { $0 != sector }))
            #expect(kept.contains(Array(0..<sector)))
        }
        #expect(try await files(records)[0] == images)
        #expect(try await files(records, seed: 2)[0] != images)
    }

    @Test("A file has no crash points before it has its name")
    func named() async throws {
        let points = try await files([
            write(0, [1]), .flushBegan, .flushEnded, .named, write(0, [2]), .flushBegan, .flushEnded,
        ])
        #expect(points.map { Set($0) } == [[[1], [2]], [[2]]])
    }

    @Test("A damaged trace is refused")
    func damagedTrace() {
        #expect(throws: Trace.Damaged.self) { try Trace(decoding: [1, 0, 0, 0]) }
        #expect(throws: Trace.Damaged.self) { try Trace(decoding: [UInt8](repeating: 255, count: 24)) }
    }
}
