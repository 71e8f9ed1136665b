internal import Glibc

/// Frames copied out of a log, to be hashed on a thread of their own while the log is read on.
///
/// SAFETY: between `start` and `finish` only the thread touches what changes, and it has ended when `finish` or `deinit`
/// returns; so it never outlives the batch, which it does not retain.
@safe
final class FrameBatch: @unchecked Sendable {
    private(set) var headers: [FrameHeader] = []
    /// Of each frame, in the order of the frames; filled by the work.
    private(set) var hashes: [MerkleRoot] = []
    /// What is hashed of each frame, one behind the other: 0x00, header, payload.
    private var bytes: [UInt8] = []
    /// Where each frame's bytes end.
    private var ends: [Int] = []
    private var thread: pthread_t?

    /// Enough for a thread's start to be little beside the work, and little enough for a processor's own cache.
    static let sizeMaxBytes = 512 * 1024
    private static let countMax = 2048

    deinit { finish() }

    /// Takes in a frame that follows those taken in before; false when there is no room for it.
    func append(_ header: borrowing FrameHeader, _ payload: RawSpan) -> Bool {
        guard headers.count < Self.countMax,
            bytes.count + MerkleHash.leafSizeBytes(payload: payload) <= Self.sizeMaxBytes
        else { return false }
        headers.append(copy header)
        MerkleHash.appendLeaf(copy header, payload: payload, to: &bytes)
        ends.append(bytes.count)
        return true
    }

    func removeAll() {
        headers.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Begins the work on a thread; does it here and now where none is to be had.
    func start() {
        var started = pthread_t()
        let code = unsafe pthread_create(
            &started, nil,
            { batch in
                guard let batch = unsafe batch else { return nil }
                unsafe Unmanaged<FrameBatch>.fromOpaque(batch).takeUnretainedValue().work()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        if code == 0 { thread = started } else { work() }
    }

    /// Waits until the work that was begun is done.
    func finish() {
        guard let running = thread else { return }
        thread = nil
        pthread_join(running, nil)
    }

    func work() {
        unsafe bytes.withUnsafeBytes { bytes in
            var start = 0
            for end in ends {
                unsafe hashes.append(MerkleHash.hash(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
                start = end
            }
        }
    }
}
