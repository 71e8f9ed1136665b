import Rainbow

/// Colour, where the stream shows it. Whether it does is decided per stream by ``Terminal``; Rainbow gives the codes
/// (its own switch is one global that looks at standard output alone).
struct Paint: Hashable, Sendable {
    var isOn: Bool

    init(_ terminal: Terminal) { isOn = terminal.hasColour }
    init(isOn: Bool) { self.isOn = isOn }

    static let plain = Paint(isOn: false)

    func good(_ text: String) -> String { painted(text, NamedColor.green.rawValue) }
    func bad(_ text: String) -> String { painted(text, NamedColor.red.rawValue) }
    func warning(_ text: String) -> String { painted(text, NamedColor.yellow.rawValue) }
    func faint(_ text: String) -> String { painted(text, Style.dim.rawValue) }
    func strong(_ text: String) -> String { painted(text, Style.bold.rawValue) }

    private func painted(_ text: String, _ code: UInt8) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[\(Style.default.rawValue)m" : text
    }
}
