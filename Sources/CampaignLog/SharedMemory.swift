internal import CampaignLMDB
internal import Glibc
internal import Synchronization

/// Words of memory that lie in a file: what a process has stored there is seen by every other that has the file mapped, and
/// by whoever opens it after the process has died. It does not outlive the machine's power.
///
/// A store is a plain memory write, no system call. Each word is read and written whole.
///
/// SAFETY: `words` is valid until `deinit`, and its words are touched atomically only.
@safe package final class SharedMemory: @unchecked Sendable {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    package let count: Int
    /// The file's inode, or what stands for it.
    package let fileNumber: UInt64
    private let isMapped: Bool

    private static let wordSizeBytes = MemoryLayout<UInt64>.size

    private init(mapped memory: UnsafeMutableRawPointer, sizeBytes: Int, fileNumber: UInt64) {
        count = sizeBytes / Self.wordSizeBytes
        // An atomic word has the layout of its value: that is what makes memory shared between processes usable at all.
        unsafe words = memory.bindMemory(to: Atomic<UInt64>.self, capacity: sizeBytes / Self.wordSizeBytes)
        self.fileNumber = fileNumber
        isMapped = true
    }

    /// Memory of this process alone, zeroed; for tests and the simulator.
    package init(words count: Int, fileNumber: UInt64 = 0) {
        self.count = count
        unsafe words = .allocate(capacity: count)
        for index in 0..<count { unsafe (words + index).initialize(to: Atomic(0)) }
        self.fileNumber = fileNumber
        isMapped = false
    }

    deinit {
        if isMapped {
            unsafe munmap(words, count * Self.wordSizeBytes)
        } else {
            unsafe words.deinitialize(count: count)
            unsafe words.deallocate()
        }
    }

    // MARK: Words

    /// What was stored before the word that is read here is seen as well.
    package func load(_ index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return unsafe words[index].load(ordering: .acquiring)
    }

    /// What was stored before is seen by whoever sees this.
    package func store(_ value: UInt64, at index: Int) {
        precondition(index >= 0 && index < count)
        unsafe words[index].store(value, ordering: .releasing)
    }

    /// Replaces the word if it is what is expected, in one step for all processes; false if it is not.
    package func replace(_ expected: UInt64, with value: UInt64, at index: Int) -> Bool {
        precondition(index >= 0 && index < count)
        return unsafe words[index].compareExchange(
            expected: expected, desired: value, ordering: .acquiringAndReleasing
        ).exchanged
    }

    // MARK: Files

    /// Makes a file of zeros (0600) and maps it. Its blocks are written now: a store must not find the disk full.
    /// - Throws: `invalid` on a file system that allocates anew at each write; what the system says otherwise.
    package static func create(path: String, sizeBytes: Int) throws(LogError) -> SharedMemory {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LogError(errno: errno, doing: "creating \(path)") }
        defer { close(descriptor) }
        do throws(LogError) {
            if let name = FileSystemKind.copyOnWriteName(path: path) {
                throw LogError.invalid("\(path) lies on \(name), which allocates space at each write")
            }
            let zeros = [UInt8](repeating: 0, count: sizeBytes)
            let written = unsafe zeros.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            guard written == sizeBytes else {
                throw LogError(errno: written < 0 ? errno : ENOSPC, doing: "writing \(path)")
            }
            return try map(descriptor, path, sizeBytes: sizeBytes)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Maps a file that is there; nil when it is not, or is no file that `create` can have made.
    package static func open(path: String, sizeMaxBytes: Int) -> SharedMemory? {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size > 0, status.st_size <= sizeMaxBytes, Int(status.st_size) % wordSizeBytes == 0
        else { return nil }
        return try? map(descriptor, path, sizeBytes: Int(status.st_size))
    }

    private static func map(
        _ descriptor: Int32, _ path: String, sizeBytes: Int
    ) throws(LogError) -> SharedMemory {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw LogError(errno: errno, doing: "looking at \(path)") }
        let memory = unsafe mmap(nil, sizeBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
            throw LogError(errno: errno, doing: "mapping \(path)")
        }
        return unsafe SharedMemory(mapped: memory, sizeBytes: sizeBytes, fileNumber: UInt64(status.st_ino))
    }
}
