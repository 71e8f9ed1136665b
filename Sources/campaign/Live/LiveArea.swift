/// A few lines at the bottom of a terminal that are rewritten in place.
struct LiveArea {
    private var shownLines = 0
    private var stream = OutputStream.standardError()

    /// Replaces what was shown. Lines must fit the terminal's width, or they wrap and the count is off.
    mutating func show(_ lines: [String]) throws(CLIError) {
        var text = back
        for line in lines { text += "\r" + line + "\u{1B}[K\n" }
        // What remains of a taller area before.
        text += "\u{1B}[J"
        shownLines = lines.count
        try stream.raw(text.utf8)
        try stream.flush()
    }

    /// The last lines stay where they are; what is shown next goes below.
    mutating func leave() { shownLines = 0 }

    private var back: String { shownLines > 0 ? "\u{1B}[\(shownLines)A" : "" }
}
