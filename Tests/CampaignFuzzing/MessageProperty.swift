import CampaignMail

/// Whatever a field holds, a reader of the message gets the field's text back, from headers and from bodies.
///
/// The input is two fields, the first one ended by NUL: a name, for the headers, and a text.
enum MessageProperty {
    private static let renderer = try? MessageRenderer(
        MessageSource(
            from: "{{name}} <shop@example.com>", subject: "{{name}}", text: "{{text}}", html: nil),
        columns: ["email", "name", "text"], date: 0, messageIDDomain: nil)

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let name = input.piece()
        let text = input.remainder()
        let message = try render(name, text)
        try message.check(mayBeUTF8: false)

        let body = try message.decodedBody()
        var expected = lines(text)
        if expected.last ?? 0x0A != 0x0A { expected += [0x0D, 0x0A] }
        try require(body == expected, "the body is \(body), not \(expected)")

        let subject = try message.decodedField("Subject")
        try require(!subject.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }, "a control in a header")
        if let clean = String(validating: name, as: UTF8.self), isOneLine(clean) {
            try require(Array(subject.utf8) == Array(clean.utf8), "the subject is “\(subject)”, not “\(clean)”")
        }
        // What a reader sees is what would be written for it: nothing is left to change.
        let again = try render(Array(subject.utf8), text)
        try require(again.bytes == message.bytes, "the decoded subject “\(subject)” makes another message")
    }

    private static func render(_ name: [UInt8], _ text: [UInt8]) throws(BrokenProperty) -> WellFormedMessage {
        guard let renderer else { throw BrokenProperty(description: "the sample does not compile") }
        var bytes: [UInt8] = []
        try always("no message can be made") {
            try renderer.render(Fields([Array("ann@example.org".utf8), name, text]), key: "key", into: &bytes)
        }
        return try WellFormedMessage(bytes)
    }

    /// Printable, without blanks at its ends.
    private static func isOneLine(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        let isPrintable = scalars.allSatisfy {
            $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{2028}" && $0 != "\u{2029}"
        }
        return isPrintable && scalars.first != " " && scalars.last != " "
    }

    /// The text as mail carries it: repaired, each line end CRLF.
    private static func lines(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var previous: UInt8 = 0
        for byte in String(decoding: text, as: UTF8.self).utf8 {
            if byte == 0x0A {
                if previous != 0x0D { output += [0x0D, 0x0A] }
            } else if byte == 0x0D {
                output += [0x0D, 0x0A]
            } else {
                output.append(byte)
            }
            previous = byte
        }
        return output
    }
}
