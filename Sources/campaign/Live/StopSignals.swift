import Dispatch
import Foundation
import Synchronization

/// SIGTERM and SIGINT: the first stops cleanly, the second ends the process at once. Neither loses anything.
final class StopSignals: Sendable {
    private let count = Mutex(0)
    // SAFETY: set once in `init`, before the sources are resumed; only cancelled afterwards, which is thread-safe.
    private nonisolated(unsafe) var sources: [any DispatchSourceSignal] = []

    /// Whether a first signal has come.
    var isStopping: Bool { count.withLock { $0 > 0 } }

    init(isQuiet: Bool, _ stop: @escaping @Sendable () async -> Void) {
        let queue = DispatchQueue(label: "campaign.signals")
        unsafe sources = [SIGTERM, SIGINT].map { number in
            // The default action would end the process before the source sees the signal.
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [self] in received(isQuiet: isQuiet, stop) }
            return source
        }
        for source in unsafe sources { source.resume() }
    }

    /// From here on signals act as they do by default.
    func end() {
        for source in unsafe sources { source.cancel() }
        for number in [SIGTERM, SIGINT] { _ = signal(number, SIG_DFL) }
    }

    private func received(isQuiet: Bool, _ stop: @escaping @Sendable () async -> Void) {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number == 1 else { _exit(ExitStatus.interrupted.rawValue) }
        if !isQuiet {
            var diagnostics = OutputStream.standardError()
            try? diagnostics.line("campaign: stopping: messages under way are finished; again to end at once")
            DiagnosticLog.noteLine()
        }
        Task { await stop() }
    }
}
