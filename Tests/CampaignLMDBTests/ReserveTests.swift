import CampaignLMDB
import Glibc
import Testing

@Suite("The data file is lengthened ahead of its pages")
struct ReserveTests {
    @Test("a thousand small commits make the file longer a few times, and what is in it is right")
    func ahead() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment(directory: folder.path, options: .init(access: .readWrite))
        var sizes: Set<Int> = []
        for number in UInt64(1)...1000 {
            var transaction = try environment.write()
            let numbers = try transaction.database(named: "numbers", keyKind: .integer)
            let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 700)
            try unsafe transaction.put(value.span.bytes, in: numbers, for: .integer(number))
            try transaction.commit()
            let (size, used) = (folder.dataSizeBytes, try environment.statistics().usedSizeBytes)
            #expect(size > used)
            sizes.insert(size)
        }
        // 700 KB in steps of 64 KiB.
        #expect(sizes.count <= 24)
        try environment.close()
        let reader = try Environment(directory: folder.path, options: .init(access: .readOnly))
        let transaction = try reader.read()
        let numbers = try #require(try transaction.database(named: "numbers", keyKind: .integer))
        for number in UInt64(1)...1000 {
            guard let value = try transaction.value(in: numbers, for: .integer(number)) else { throw Missing() }
            #expect(unsafe value.unsafeLoad(fromByteOffset: 699, as: UInt8.self) == UInt8(truncatingIfNeeded: number))
        }
    }

    @Test("what another environment's writer has added meanwhile is not touched")
    func others() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment(directory: folder.path, options: .init(access: .readWrite))
        var transaction = try environment.write()
        let numbers = try transaction.database(named: "numbers", keyKind: .integer)
        let value = [UInt8](repeating: 7, count: 3_000_000)
        // Far beyond what was laid in: LMDB lengthens the file itself, and the next commit goes on from there.
        try unsafe transaction.put(value.span.bytes, in: numbers, for: .integer(1))
        try transaction.commit()
        var second = try environment.write()
        try unsafe second.put([1].span.bytes, in: numbers, for: .integer(2))
        try second.commit()
        let read = try environment.read()
        guard let found = try read.value(in: numbers, for: .integer(1)) else { throw Missing() }
        #expect(found.byteCount == 3_000_000)
        for offset in stride(from: 0, to: 3_000_000, by: 4096) {
            #expect(unsafe found.unsafeLoad(fromByteOffset: offset, as: UInt8.self) == 7)
        }
    }
}

private struct Missing: Error {}

private struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        var template = [CChar]("/tmp/campaign-lmdb-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var dataSizeBytes: Int {
        var information = stat()
        return unsafe stat(path + "/data.mdb", &information) == 0 ? Int(information.st_size) : 0
    }

    deinit {
        for name in ["data.mdb", "lock.mdb"] { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }
}
