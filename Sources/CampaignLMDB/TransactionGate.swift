internal import Glibc

/// Counts the open transactions of an environment, so that the map can be moved or closed when there are none.
///
/// Waiting holds new transactions up for a moment only: a thread that holds one and begins another would otherwise
/// wait for itself. Both waits are bounded.
///
/// SAFETY: `count` and the handle behind `withExclusive` are only touched with `mutex` held; the two pthread
/// objects are allocated once and have a stable address.
@safe
final class TransactionGate: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var count = 0
    private var waiting = 0

    /// How long a new transaction lets somebody go first who waits for all to end.
    private static let courtesyMilliseconds = 20

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    func enter() {
        unsafe pthread_mutex_lock(mutex)
        if waiting > 0 {
            var deadline = Self.deadline(inMilliseconds: Self.courtesyMilliseconds)
            while waiting > 0, unsafe pthread_cond_timedwait(condition, mutex, &deadline) != ETIMEDOUT {}
        }
        count += 1
        unsafe pthread_mutex_unlock(mutex)
    }

    func leave() {
        unsafe pthread_mutex_lock(mutex)
        count -= 1
        if count == 0 { unsafe pthread_cond_broadcast(condition) }
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Runs `body` while no transaction is open and none can begin.
    /// - Parameter waitMaxMilliseconds: how long to wait for the open ones to end; then `busy` is thrown.
    func withExclusive<Result>(
        waitMaxMilliseconds: Int,
        operation: String,
        _ body: () throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        var deadline = Self.deadline(inMilliseconds: waitMaxMilliseconds)
        unsafe pthread_mutex_lock(mutex)
        waiting += 1
        defer {
            waiting -= 1
            unsafe pthread_cond_broadcast(condition)
            unsafe pthread_mutex_unlock(mutex)
        }
        while count > 0 {
            if unsafe pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT, count > 0 {
                throw LMDBError(
                    .busy,
                    operation: operation,
                    message: "\(count) transactions of this process stayed open for \(waitMaxMilliseconds) ms"
                )
            }
        }
        return try body()
    }

    private static func deadline(inMilliseconds milliseconds: Int) -> timespec {
        var deadline = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &deadline)
        let nanoseconds = deadline.tv_nsec + (milliseconds % 1_000) * 1_000_000
        deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        return deadline
    }
}
