import CampaignLMDB
import Glibc
import Testing

/// A directory of a test's own.
private func scratchDirectory() -> String {
    var template = [CChar]("/tmp/campaign-lmdb-XXXXXX".utf8CString)
    unsafe mkdtemp(&template)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func removeScratch(_ directory: String) {
    for name in ["data.mdb", "lock.mdb"] { unsafe unlink(directory + "/" + name) }
    unsafe rmdir(directory)
}

@Suite("An LMDB environment")
struct EnvironmentTests {
    private func withEnvironment(_ body: (Environment) throws -> Void) throws {
        let directory = scratchDirectory()
        defer { removeScratch(directory) }
        try body(Environment(directory: directory, options: .init(access: .readWrite)))
    }

    @Test("keeps what was committed and forgets what was not")
    func commitAndAbort() throws {
        try withEnvironment { environment in
            var first = try environment.write()
            let database = try first.database(named: "numbers", keyKind: .integer)
            try first.put(byteCount: 3, in: database, for: .integer(7)) { output in
                for byte in 1...3 { output.append(UInt8(byte)) }
            }
            try first.commit()
            do {
                var second = try environment.write()
                try second.delete(.integer(7), in: database)
            }
            let read = try environment.read()
            let value = try read.value(in: database, for: .integer(7))
            #expect(value?.byteCount == 3)
            #expect(try read.value(in: database, for: .integer(8)) == nil)
            #expect(try read.statistics(of: database).entries == 1)
        }
    }

    @Test("refuses keys of the wrong kind, half-filled reservations and repeated keys")
    func refusals() throws {
        try withEnvironment { environment in
            var transaction = try environment.write()
            let numbers = try transaction.database(named: "numbers", keyKind: .integer)
            let bytes = try transaction.database(named: "bytes", keyKind: .bytes)
            #expect(throws: LMDBError.self) { try transaction.delete(.bytes([1]), in: numbers) }
            #expect(throws: LMDBError.self) { try transaction.delete(.integer(1), in: bytes) }
            #expect(throws: LMDBError.self) { try transaction.delete(.bytes([]), in: bytes) }
            let code = code {
                try transaction.put(byteCount: 4, in: numbers, for: .integer(1)) { $0.append(1 as UInt8) }
            }
            #expect(code == .badValueSize)
            let again = self.code {
                try transaction.put(byteCount: 1, in: numbers, for: .integer(1), flags: .noOverwrite) {
                    $0.append(1 as UInt8)
                }
            }
            #expect(again == .keyExists)
        }
    }

    private func code(_ body: () throws -> Void) -> LMDBError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? LMDBError)?.code
        }
    }

    @Test("walks both ways and deletes ranges as an array would", arguments: 0..<20)
    func cursorsAndRanges(seed: UInt64) throws {
        try withEnvironment { environment in
            var model = (0..<200).map { $0 &* (seed + 3) % 611 }
            model = Set(model).sorted()
            var transaction = try environment.write()
            let database = try transaction.database(named: "numbers", keyKind: .integer)
            for key in model {
                try transaction.put(byteCount: 900, in: database, for: .integer(key)) { output in
                    for _ in 0..<900 { output.append(UInt8(truncatingIfNeeded: key)) }
                }
            }
            let range = seed * 7...seed * 7 + 150
            let deleted = try transaction.delete(range, in: database)
            #expect(deleted == model.count { range.contains($0) })
            model.removeAll { range.contains($0) }
            var forward: [UInt64] = []
            var backward: [UInt64] = []
            var cursor = try transaction.cursor(in: database)
            var found = try cursor.first()
            while found {
                if case .integer(let key) = try cursor.key() { forward.append(key) }
                found = try cursor.next()
            }
            found = try cursor.last()
            while found {
                if case .integer(let key) = try cursor.key() { backward.append(key) }
                found = try cursor.previous()
            }
            #expect(forward == model)
            #expect(backward == model.reversed())
            let after = model.first { $0 >= range.lowerBound }
            #expect(try cursor.seek(.integer(range.lowerBound)) == (after != nil))
        }
    }

    @Test("refuses to be opened twice, used after closing, and closed under a reader")
    func lifetime() throws {
        let directory = scratchDirectory()
        defer { removeScratch(directory) }
        let options = EnvironmentOptions(access: .readWrite, exclusiveWaitMaxMilliseconds: 10)
        let environment = try Environment(directory: directory, options: options)
        #expect(code { _ = try Environment(directory: directory, options: options) } == .alreadyOpen)
        do {
            let read = try environment.read()
            #expect(code { try environment.close() } == .busy)
            #expect(code { try environment.grow() } == .busy)
            _ = read.identifier
        }
        let size = try environment.mapSizeBytes()
        try environment.grow()
        #expect(try environment.mapSizeBytes() == size * 2)
        try environment.close()
        #expect(code { _ = try environment.read() } == .closed)
        #expect(code { _ = try environment.statistics() } == .closed)
        _ = try Environment(directory: directory, options: options)
    }

    @Test("makes do with less address space when there is not enough")
    func addressSpace() throws {
        let directory = scratchDirectory()
        defer { removeScratch(directory) }
        let environment = try Environment(
            directory: directory, options: .init(access: .readWrite, mapSizeBytes: 1 << 60))
        let size = try environment.mapSizeBytes()
        #expect(size >= 1 << 24 && size < 1 << 60)
    }

    @Test("tells file systems of networks from local ones")
    func fileSystems() throws {
        #expect(try FileSystemKind.of(path: "/") == .local)
        #expect(FileSystemKind(magic: 0x6969) == .network(name: "NFS"))
        #expect(FileSystemKind(magic: 0x0102_1997) == .network(name: "9P"))
        #expect(FileSystemKind(magic: 0xFF53_4D42) == .network(name: "CIFS"))
        #expect(FileSystemKind(magic: 0x6573_5546) == .network(name: "FUSE"))
        #expect(FileSystemKind(magic: 0xEF53) == .local)
    }

    @Test("gives the lock file all its blocks, so that a full disk cannot kill the process")
    func lockFile() throws {
        let directory = scratchDirectory()
        defer { removeScratch(directory) }
        _ = try Environment(directory: directory, options: .init(access: .readWrite))
        var information = stat()
        #expect(unsafe stat(directory + "/lock.mdb", &information) == 0)
        #expect(Int(information.st_blocks) * 512 >= Int(information.st_size))
        #expect(information.st_size >= 8_192)
    }
}
