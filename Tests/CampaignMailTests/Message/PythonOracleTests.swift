import CampaignMail
import Foundation
import Testing

@Suite("Messages read by Python's email package")
struct PythonOracleTests {
    /// What a reader should see of a header value.
    private func headerText(_ bytes: [UInt8]) -> String {
        var text = ""
        for scalar in bodyText(bytes).unicodeScalars {
            let isControl =
                scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}"
            text.unicodeScalars.append(isControl ? " " : scalar)
        }
        return text.trimmingCharacters(in: CharacterSet(charactersIn: " "))
    }

    private func bodyText(_ bytes: [UInt8]) -> String {
        var text = ""
        var previous: Unicode.Scalar?
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar != "\n" || previous != "\r" {
                text.unicodeScalars.append(scalar == "\r" ? "\n" : scalar)
            }
            previous = scalar
        }
        return text
    }

    @Test("hostile fields arrive as they were, in the subject, the sender's name and the bodies")
    func hostile() throws {
        var random = SeededRandom(seed: 7)
        let source = MessageSource(
            from: "{{name}} <shop@example.com>", subject: "{{city}}", text: "<{{name}}|{{city}}>",
            html: "<{{{name}}}|{{{city}}}>")
        let renderer = try MessageRenderer(
            source, columns: InjectionTests.columns, date: testDate, messageIDDomain: nil)
        let fields = (0..<200).map { _ in [InjectionTests.field(&random), InjectionTests.field(&random)] }
        let messages = try fields.map { pair in
            var output: [UInt8] = []
            try renderer.render(TestFields(bytes: [Array("ann@example.org".utf8)] + pair), key: testKey, into: &output)
            return output
        }
        let read = try PythonEmail.read(messages)
        #expect(read.count == messages.count)
        for (pair, message) in zip(fields, read) {
            #expect(message.defects == [], "\(pair)")
            #expect(message.names == ["Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"])
            #expect(message.subject == headerText(pair[1]), "\(pair)")
            #expect(message.from == [headerText(pair[0]), "shop@example.com"], "\(pair)")
            #expect(message.parts.map(\.type) == ["text/plain", "text/html"])
            // A field's CR and another's LF do not meet: a delimiter stands between them.
            let text = "<" + bodyText(pair[0]) + "|" + bodyText(pair[1]) + ">"
            #expect(message.parts.map(\.text) == [text, text], "\(pair)")
        }
    }

    @Test("subjects of every length, in several scripts, fold and unfold")
    func subjects() throws {
        let renderer = try MessageRenderer(
            MessageSource(from: "Köln & Söhne <shop@example.com>", subject: "{{subject}}", text: "x"),
            columns: ["email", "subject"], date: testDate, messageIDDomain: nil)
        let stock = ["spring sale ", "Grüße aus Köln ", "日本語の件名", "🎉🎈 party "]
        let subjects = stock.flatMap { text in
            (1..<60).map {
                String(String(repeating: text, count: 12).prefix($0 * 2)).trimmingCharacters(in: .whitespaces)
            }
        }
        let messages = try subjects.map { Array(try renderer.text(["ann@example.org", $0]).utf8) }
        let read = try PythonEmail.read(messages)
        #expect(read.map(\.subject) == subjects)
        #expect(read.allSatisfy { $0.defects.isEmpty && $0.from == ["Köln & Söhne", "shop@example.com"] })
        for message in messages {
            let header = String(decoding: message, as: UTF8.self)
            #expect(header.split(separator: "\r\n").allSatisfy { $0.utf8.count <= ($0.contains("=?") ? 76 : 78) })
        }
    }
}
