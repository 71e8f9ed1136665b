import Dispatch
import Synchronization

/// Shows how a list is being read: on a terminal, in place; elsewhere, one line every few seconds.
final class ImportProgress: Sendable {
    private let terminal = Terminal.diagnostics
    private let isQuiet: Bool
    private let began = DispatchTime.now().uptimeNanoseconds
    private let shown = Mutex((at: UInt64(0), isOnLine: false))

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    /// Called from whichever thread reads the list.
    func show(rows: Int) {
        guard !isQuiet else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        let intervalNanoseconds: UInt64 = terminal.isInteractive ? 100_000_000 : 5_000_000_000
        let last = shown.withLock { $0.at }
        guard now - max(last, began) >= intervalNanoseconds else { return }
        shown.withLock { $0 = (now, terminal.isInteractive) }
        var stream = OutputStream.standardError()
        let text = "reading the list: \(rows) recipients"
        if terminal.isInteractive {
            try? stream.raw("\r\(text)\u{1B}[K".utf8)
            try? stream.flush()
        } else {
            try? stream.line("campaign: " + text)
        }
    }

    /// Clears the line that is rewritten.
    func end() {
        guard shown.withLock({ $0.isOnLine }) else { return }
        var stream = OutputStream.standardError()
        try? stream.raw("\r\u{1B}[K".utf8)
        try? stream.flush()
    }
}
