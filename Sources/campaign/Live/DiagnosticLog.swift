import Logging
import Synchronization

/// The engine's own diagnostics, on standard error.
enum DiagnosticLog {
    private static let linesTotal = Mutex(0)
    private static let level = Mutex(Logger.Level.warning)

    /// Lines written so far: live progress looks at it, so as not to overwrite them.
    static var lineCount: Int { linesTotal.withLock { $0 } }
    static func noteLine() { linesTotal.withLock { $0 += 1 } }

    static func begin(isVerbose: Bool) {
        level.withLock { $0 = isVerbose ? .debug : .warning }
    }

    static var logger: Logger {
        Logger(label: "campaign") { _ in Handler(logLevel: level.withLock { $0 }) }
    }

    private struct Handler: LogHandler {
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            var text = "campaign: \(event.level): \(event.message)"
            for key in all.keys.sorted() { text += " \(key)=\(all[key].map { "\($0)" } ?? "")" }
            var diagnostics = OutputStream.standardError()
            try? diagnostics.line(Sanitised.line(text))
            DiagnosticLog.noteLine()
        }
    }
}
