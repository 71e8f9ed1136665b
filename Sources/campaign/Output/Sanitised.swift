/// Text from outside (addresses, replies, names) made safe to show: nothing in it can move a cursor, change a colour,
/// set a window's title or turn the direction of writing.
enum Sanitised {
    /// One line: every control character, line breaks and tabs included, is shown as `\u{…}`.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars { append(scalar, to: &shown) }
        return shown
    }

    /// Several lines: line feeds and tabs stay, a carriage return before a line feed goes.
    static func block(_ bytes: [UInt8]) -> String {
        var shown = ""
        var pendingReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if pendingReturn, scalar != "\n" { append("\r", to: &shown) }
            pendingReturn = scalar == "\r"
            switch scalar {
            case "\r": continue
            case "\n", "\t": shown.unicodeScalars.append(scalar)
            default: append(scalar, to: &shown)
            }
        }
        if pendingReturn { append("\r", to: &shown) }
        return shown
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        if isUnsafe(scalar) {
            text += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            text.unicodeScalars.append(scalar)
        }
    }

    /// C0, DEL, C1, line and paragraph separators, and format characters (bidirectional controls, tags, byte order
    /// mark) except the joiners that names and emoji need.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return false }
        if scalar == "\u{200C}" || scalar == "\u{200D}" { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
