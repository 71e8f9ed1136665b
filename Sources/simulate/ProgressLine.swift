import Foundation
import Synchronization

/// One line on a terminal that says how far it is.
final class ProgressLine: Sendable {
    private let total: UInt64
    private let began = ContinuousClock.now
    private let shown = Mutex(ContinuousClock.now)
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(total: UInt64) { self.total = total }

    func show(_ done: UInt64) {
        guard isTerminal else { return }
        shown.withLock { shown in
            guard ContinuousClock.now - shown > .seconds(1) else { return }
            shown = .now
            let seconds = max(Double((ContinuousClock.now - began).components.seconds), 1)
            write("\r\(done) of \(total) seeds, \(Int(Double(done) / seconds)) a second")
        }
    }

    func clear() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
