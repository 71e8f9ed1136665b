import Foundation

/// A file system in memory with little room, mounted for one test. Mounting is for root alone.
final class SmallDisk {
    struct Refused: Error, CustomStringConvertible {
        var description: String
    }

    let path: String
    private let scratch: Scratch

    private init(_ path: String, _ scratch: Scratch) {
        self.path = path
        self.scratch = scratch
    }

    /// - Throws: ``Refused`` saying why it could not be mounted: this test needs it.
    static func mount(_ path: String, sizeMegabytes: Int, _ scratch: Scratch) async throws -> SmallDisk {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let mount = try RunningProcess(
            "/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=\(sizeMegabytes)m", "tmpfs", path],
            directory: scratch.path)
        let finished = try await mount.finished()
        guard finished.status == 0 else {
            throw Refused(
                description: "a small tmpfs cannot be mounted, run the tests as root: \(finished.diagnostics)")
        }
        return SmallDisk(path, scratch)
    }

    /// Unmounts it whatever happens.
    func use(_ body: (String) async throws -> Void) async throws {
        do {
            try await body(path)
        } catch {
            try await unmount()
            throw error
        }
        try await unmount()
    }

    private func unmount() async throws {
        let unmount = try RunningProcess("/usr/bin/env", ["umount", "-l", path], directory: scratch.path)
        let finished = try await unmount.finished()
        guard finished.status == 0 else { throw Refused(description: "umount: \(finished.diagnostics)") }
    }

    private var ballast: String { path + "/ballast" }

    /// Writes until nothing goes in any more.
    func fill() {
        guard let file = unsafe fopen(ballast, "w") else { return }
        unsafe setvbuf(file, nil, _IONBF, 0)
        for size in [1 << 20, 4096] {
            let block = [UInt8](repeating: 0x2A, count: size)
            while unsafe fwrite(block, 1, size, file) == size {}
        }
        unsafe fclose(file)
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: ballast) }
}
