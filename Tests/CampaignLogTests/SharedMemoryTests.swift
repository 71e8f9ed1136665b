import Testing

@testable import CampaignLog

@Suite("Memory in a file")
struct SharedMemoryTests {
    private let scratch = Scratch()

    @Test("what one mapping stores another sees, also after the first is gone; the file is private")
    func shared() throws {
        let path = scratch.file("memory")
        var first: SharedMemory? = try SharedMemory.create(path: path, sizeBytes: 4096)
        #expect(first?.count == 512 && first?.load(511) == 0)
        #expect(TestFile.permissions(path) == 0o600)
        let second = try #require(SharedMemory.open(path: path, sizeMaxBytes: 4096))
        first?.store(7, at: 3)
        #expect(second.load(3) == 7 && second.fileNumber == first?.fileNumber)
        first?.store(8, at: 4)
        first = nil
        #expect(second.load(4) == 8)
        #expect(TestFile.read(path)[32] == 8, "the file has it: whoever reads it sees the same")
    }

    @Test("a word is replaced only if it is what is expected, whoever has changed it")
    func replace() throws {
        let path = scratch.file("memory")
        let first = try SharedMemory.create(path: path, sizeBytes: 64)
        let second = try #require(SharedMemory.open(path: path, sizeMaxBytes: 64))
        first.store(1, at: 0)
        #expect(second.replace(1, with: 2, at: 0))
        #expect(!first.replace(1, with: 3, at: 0))
        #expect(first.load(0) == 2)
    }

    @Test("a file that is there is not taken over, and one that cannot be such memory is not opened")
    func refused() throws {
        let path = scratch.file("memory")
        #expect(SharedMemory.open(path: path, sizeMaxBytes: 64) == nil)
        TestFile.write(path, [UInt8](repeating: 1, count: 128))
        #expect(throws: LogError.self) { try SharedMemory.create(path: path, sizeBytes: 64) }
        #expect(TestFile.read(path).count == 128)
        #expect(SharedMemory.open(path: path, sizeMaxBytes: 64) == nil, "too long")
        TestFile.write(path, [UInt8](repeating: 1, count: 63))
        #expect(SharedMemory.open(path: path, sizeMaxBytes: 64) == nil, "no whole words")
        TestFile.write(path, [])
        #expect(SharedMemory.open(path: path, sizeMaxBytes: 64) == nil, "empty")
        #expect(SharedMemory.open(path: scratch.path, sizeMaxBytes: 1 << 20) == nil, "a directory")
    }
}
