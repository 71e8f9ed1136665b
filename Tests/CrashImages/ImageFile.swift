import CampaignLog
import Glibc

/// The file that images are placed in, one after the other.
struct ImageFile {
    let directory: String

    var path: String { directory + "/data.mdb" }

    /// Makes the directory unless it is there.
    init(directory: String) throws {
        self.directory = directory
        guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw Self.failure }
    }

    /// Makes these bytes the whole file, in place.
    func place(_ bytes: [UInt8]) throws { try write(bytes, path) }

    /// Leaves the lock file as a power cut might.
    func place(_ lock: LockFile, seed: UInt64) throws {
        let path = directory + "/lock.mdb"
        if let content = lock.content(seed: seed) {
            try write(content, path)
        } else if lock == .missing {
            unsafe unlink(path)
        }
    }

    /// Makes a file of these bytes and shows it when it is durable; there must be none yet.
    func placeDurably(_ bytes: [UInt8]) throws {
        try write(bytes, path + ".new")
        guard unsafe link(path + ".new", path) == 0, unsafe unlink(path + ".new") == 0 else { throw Self.failure }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        let file = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure }
        defer { close(file) }
        var information = stat()
        let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(file, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count, unsafe fstat(file, &information) == 0 else { throw Self.failure }
        if information.st_size > off_t(bytes.count), ftruncate(file, off_t(bytes.count)) != 0 { throw Self.failure }
        if fsync(file) != 0 { throw Self.failure }
    }

    /// Opens it as an engine on another host would.
    func open() throws -> LMDBEventStore {
        try LMDBEventStore.open(directory: directory, mode: .engine(.current(), adopt: true))
    }

    /// What a reader sees in it.
    func view() throws -> StoreView {
        let store = try open()
        defer { try? store.close() }
        return try StoreView(store)
    }

    private static var failure: ImageFailure { ImageFailure("an image cannot be placed: errno \(errno)") }
}
