import CampaignLMDB
import Glibc
import Testing

@Suite("Creating an environment")
struct CreationTests {
    @Test("What a power cut left of an earlier attempt is no obstacle, and does not stay")
    func unfinished() throws {
        var template = [CChar]("/tmp/campaign-lmdb-XXXXXX".utf8CString)
        unsafe mkdtemp(&template)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["data.mdb", "lock.mdb"] { unsafe unlink(directory + "/" + name) }
            unsafe rmdir(directory)
        }
        // The second of LMDB's first two pages, without the first.
        let unfinished = unsafe open(directory + "/data.mdb.new", O_WRONLY | O_CREAT, 0o600)
        let page = [UInt8](repeating: 7, count: 4_096)
        _ = unsafe page.withUnsafeBytes { unsafe pwrite(unfinished, $0.baseAddress, $0.count, 4_096) }
        close(unfinished)
        for _ in 0..<2 {
            let environment = try Environment(directory: directory, options: .init(access: .readWrite))
            let transaction = try environment.write()
            _ = try transaction.database(named: "numbers", keyKind: .integer)
            try transaction.commit()
            try environment.close()
        }
        var information = stat()
        #expect(unsafe stat(directory + "/data.mdb", &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600 && information.st_nlink == 1)
        #expect(unsafe access(directory + "/data.mdb.new", F_OK) != 0)
    }
}
