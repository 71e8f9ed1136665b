import Testing

@testable import crash_images

@Suite("The drop directory that a power cut leaves")
struct FolderTests {
    private let written = FolderChange.written("tmp/a", offset: 0, bytes: [1, 2, 3])
    private let renamed = FolderChange.renamed("tmp/a", "a.eml")

    private func folders(_ records: [TraceRecord]) -> Set<[String: [UInt8]]> {
        var remains = FolderRemains()
        for record in records { remains.take(record) }
        return Set((0..<500).map { remains.folder(seed: $0).files })
    }

    @Test("A file that was not flushed may be missing, whole or cut short, and what was never made is not renamed")
    func unflushed() {
        let folders = folders([.folder(written), .folder(renamed)])
        #expect(folders.contains([:]))
        #expect(folders.contains(["tmp/a": [1, 2, 3]]))
        #expect(folders.contains(["a.eml": [1, 2, 3]]))
        #expect(folders.contains(["a.eml": [1]]))
        #expect(folders.allSatisfy { $0.count <= 1 })
    }

    @Test("What was flushed stays whole, and a later rename happened or did not")
    func flushed() {
        let marker: [String: [UInt8]] = [Folder.marker: []]
        let folders = folders([.folder(written), .folderFlushBegan, .folder(renamed), .folderFlushEnded])
        #expect(
            folders == [
                marker.merging(["tmp/a": [1, 2, 3]]) { $1 }, marker.merging(["a.eml": [1, 2, 3]]) { $1 },
            ])
    }
}
