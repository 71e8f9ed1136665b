import Dispatch
import Synchronization

/// Endpoints that were told to end and have not ended yet.
package final class ClosingEndpoints: Sendable {
    private let open = Mutex(0)
    private let bell = DispatchSemaphore(value: 0)

    /// How many have not ended.
    package var count: Int { open.withLock { $0 } }

    func begin() { open.withLock { $0 += 1 } }

    func end() {
        open.withLock { $0 -= 1 }
        bell.signal()
    }

    func wait(until deadline: ContinuousClock.Instant) {
        while count > 0 {
            let left = (deadline - .now).milliseconds
            guard left > 0, bell.wait(timeout: .now() + .milliseconds(Int(left))) == .success else { return }
        }
    }
}
