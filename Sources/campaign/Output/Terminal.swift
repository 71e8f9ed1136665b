import Foundation

/// What one of the standard streams is connected to.
struct Terminal: Hashable, Sendable {
    /// Whether a person is looking: live lines and colour only then.
    var isInteractive: Bool
    var hasColour: Bool
    /// Whether block characters can be shown.
    var isUTF8: Bool
    var descriptor: Int32

    static let output = Terminal(descriptor: STDOUT_FILENO, environment: ProcessInfo.processInfo.environment)
    static let diagnostics = Terminal(descriptor: STDERR_FILENO, environment: ProcessInfo.processInfo.environment)

    init(descriptor: Int32, environment: [String: String]) {
        self.init(descriptor: descriptor, isTerminal: isatty(descriptor) == 1, environment: environment)
    }

    /// `NO_COLOR` set to anything but nothing turns colour off (no-color.org); so does `TERM=dumb`, live lines too.
    init(descriptor: Int32, isTerminal: Bool, environment: [String: String]) {
        self.descriptor = descriptor
        isInteractive = isTerminal && environment["TERM"] != "dumb"
        hasColour = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        isUTF8 = locale.map { $0.uppercased().contains("UTF-8") || $0.uppercased().contains("UTF8") } ?? false
    }

    /// Columns at this moment: 80 when unknown, never less than 20.
    var widthColumns: Int {
        var size = winsize()
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return max(Int(size.ws_col), 20)
    }
}
