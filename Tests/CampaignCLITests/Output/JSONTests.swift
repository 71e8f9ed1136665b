import Foundation
import Testing

@testable import campaign

@Suite struct JSONTests {
    @Test("fields keep their order") func order() {
        let json = JSON.object([("b", .integer(-1)), ("a", .array([.null, .bool(true), .unsigned(.max)]))])
        #expect(json.text == #"{"b":-1,"a":[null,true,18446744073709551615]}"#)
    }

    @Test("strings are escaped as RFC 8259 asks, and what could steer a terminal too") func escapes() {
        let text = "\"\\\n\r\t\u{0}\u{1B}[31m\u{9B}\u{202E}é✓\u{E0041}\u{2028}"
        let expected = #""\"\\\n\r\t\u0000\u001b[31m\u009b\u202eé✓\udb40\udc41\u2028""#
        #expect(JSON.string(text).text == expected)
    }

    @Test("what is written is read back the same by another reader")
    func roundTrip() throws {
        let scalars = (0..<0x3000).compactMap(Unicode.Scalar.init(_:)) + ["\u{1F600}", "\u{E0001}", "\u{10FFFF}"]
        var text = ""
        for scalar in scalars { text.unicodeScalars.append(scalar) }
        let bytes = Data(JSON.object([("text", .string(text))]).text.utf8)
        let read = try JSONDecoder().decode([String: String].self, from: bytes)
        #expect(read["text"].map { Array($0.unicodeScalars) } == Array(text.unicodeScalars))
    }

    @Test("an added field comes last, and nothing is added for nil") func adding() {
        let json = JSON.object([("a", .null)])
        #expect(json.adding("b", .bool(false)).text == #"{"a":null,"b":false}"#)
        #expect(json.adding("b", nil) == json)
    }
}
