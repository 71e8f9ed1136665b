import Foundation

/// A log with its rotated files, read from the oldest that is needed to the newest.
struct MailLogFiles {
    let path: String

    private static let rotatedMax = 14
    private static let compressed = [".gz", ".xz", ".bz2", ".zst"]

    /// Reads all lines, from before `since` on where the files reach back as far.
    ///
    /// - Returns: false when a file was rotated, cut short or vanished meanwhile: then lines may be missing.
    func read(since: Int64, into reading: inout MailLogReading) -> Bool {
        guard let before = FileState(path) else { return false }
        var files = [path]
        let empty = reading
        for rotated in rotatedFiles() {
            var probe = empty
            guard let oldest = files.first, Self.firstLine(oldest, into: &probe) else { break }
            if let first = probe.first, first.latest <= since { break }
            files.insert(rotated, at: 0)
        }
        for file in files { guard Self.lines(of: file, { reading.take($0) }) != nil else { return false } }
        reading.finish()
        guard let after = FileState(path) else { return false }
        return after.inode == before.inode && after.sizeBytes >= before.sizeBytes
    }

    private struct FileState {
        var inode: UInt64
        var sizeBytes: Int64
        var modified: Int64

        init?(_ path: String) {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return nil }
            inode = UInt64(status.st_ino)
            sizeBytes = Int64(status.st_size)
            #if canImport(Darwin)
            modified = Int64(status.st_mtimespec.tv_sec)
            #else
            modified = Int64(status.st_mtim.tv_sec)
            #endif
        }
    }

    /// `mail.log.1`, `mail.log-20261125` …, the newest first, up to the first one that is compressed.
    private func rotatedFiles() -> [String] {
        let url = URL(fileURLWithPath: path)
        let (folder, name) = (url.deletingLastPathComponent().path, url.lastPathComponent)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let rotated = all.filter { $0.hasPrefix(name + ".") || $0.hasPrefix(name + "-") }
        let newestFirst = rotated.compactMap { file in FileState("\(folder)/\(file)").map { (file, $0.modified) } }
            .sorted { ($0.1, $1.0) > ($1.1, $0.0) }
        return newestFirst.map(\.0).prefix { file in !Self.compressed.contains { file.hasSuffix($0) } }
            .prefix(Self.rotatedMax).map { "\(folder)/\($0)" }
    }

    private static func firstLine(_ path: String, into reading: inout MailLogReading) -> Bool {
        lines(of: path) { line in
            reading.take(line)
            return reading.first == nil
        } != nil
    }

    private static func lines(of path: String, _ body: (ArraySlice<UInt8>) -> Void) -> Void? {
        lines(of: path) { line in
            body(line)
            return true
        }
    }

    private static let blockSizeBytes = 256 * 1024
    /// A longer line is cut: no line of a mail log is.
    private static let lineSizeMaxBytes = 1024 * 1024

    /// Whole lines, without their ends, until `body` returns false; nil when the file cannot be read.
    private static func lines(of path: String, while body: (ArraySlice<UInt8>) -> Bool) -> Void? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        var rest: [UInt8] = []
        while true {
            guard let block = try? file.read(upToCount: blockSizeBytes) else { return () }
            if block.isEmpty { return () }
            rest.append(contentsOf: block)
            var start = rest.startIndex
            while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
                guard body(rest[start..<end]) else { return () }
                start = rest.index(after: end)
            }
            rest.removeSubrange(..<start)
            if rest.count > lineSizeMaxBytes { rest.removeAll() }
        }
    }
}
