import CampaignLists
import Foundation
import Testing

@Suite("JSON Lines")
struct JSONLinesReaderTests {
    @Test("values become text as they are written; missing keys are empty", arguments: [1, 2, 7, 256 << 10])
    func values(_ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let text = """
            \u{FEFF}
            { "name" : "A\\u00e9\\ud83c\\udf38\\n\\"\\/\\\\" , "Email":"a@example.com","n":1.50e+3}
            {"n":-0,"email":"b@example.com","name":null}\r

              \t
            {"EMAIL":"c@example.com","na\\u006de":true}
            {}
            {"n":123456789012345678901234567890,"name":false}
            """
        let list = try ReadList(folder.write(text, "f.jsonl"), blockSizeBytes: blockSizeBytes)
        #expect(list.columns == ["name", "email", "n"])
        #expect(
            list.rows == [
                .fields(["Aé🌸\n\"/\\", "a@example.com", "1.50e+3"], line: 2),
                .fields(["", "b@example.com", "-0"], line: 3), .fields(["true", "c@example.com", ""], line: 6),
                .fields(["", "", ""], line: 7), .fields(["false", "", "123456789012345678901234567890"], line: 8),
            ])
    }

    static let faults: [(String, String)] = [
        ("x", "1: the line is not a JSON object"), ("[]", "1: the line is not a JSON object"),
        ("{", "2: expected a key in quotes"), ("{\"email\"", "9: expected a colon"),
        ("{\"email\":", "10: expected a value"), ("{\"email\":\"a\"", "13: expected a comma or }"),
        ("{\"email\":\"a\" \"b\":1}", "14: expected a comma or }"),
        ("{\"email\":\"a\",}", "14: expected a key in quotes"),
        ("{,}", "2: expected a key in quotes"), ("{email:1}", "2: expected a key in quotes"),
        ("{\"email\":\"a", "10: the string is not closed on this line"),
        ("{\"email\":\"\\", "11: this is not a JSON escape"),
        ("{\"email\":\"\\u12\"}", "11: this is not a JSON escape"),
        ("{\"email\":\"\\x\"}", "11: this is not a JSON escape"),
        ("{\"email\":\"\\ud800x\"}", "11: half of a surrogate pair is no character"),
        ("{\"email\":\"\\ud800\\u0041\"}", "11: half of a surrogate pair is no character"),
        ("{\"email\":\"\\udc00\"}", "11: half of a surrogate pair is no character"),
        ("{\"email\":\"a\tb\"}", "12: a control character in a JSON string must be escaped"),
        ("{\"email\":\"\\na\tb\"}", "14: a control character in a JSON string must be escaped"),
        ("{\"email\":\"\\u0000\"}", "11: the row holds a NUL byte"),
        ("{\"email\":\"a\0\"}", "12: the row holds a NUL byte"),
        ("{\"email\":01}", "10: this is not a JSON number"), ("{\"email\":-}", "10: this is not a JSON number"),
        ("{\"email\":1.}", "10: this is not a JSON number"), ("{\"email\":1e}", "10: this is not a JSON number"),
        ("{\"email\":1x}", "10: this is not a JSON number"),
        ("{\"email\":.5}", "10: expected a string, a number, true, false or null"),
        ("{\"email\":+1}", "10: expected a string, a number, true, false or null"),
        ("{\"email\":True}", "10: expected a string, a number, true, false or null"),
        ("{\"email\":nulll}", "10: expected a string, a number, true, false or null"),
        ("{\"email\":[1]}", "10: the value of “email” is an object or an array; only plain values are fields"),
        ("{\"em\\u0061il\":{}}", "15: the value of “email” is an object or an array; only plain values are fields"),
        ("{\"email\":1}}", "12: text follows the object"), ("{\"email\":1} {}", "13: text follows the object"),
        ("{\"email\":1,\"Email\":2}", "13: the key “Email” occurs twice"),
        ("{\"mail\":1}", "3: the key “mail” is not among the columns, which the first line names"),
    ]

    @Test("names place and reason of each fault, and goes on behind it", arguments: faults)
    func fault(_ line: String, _ expected: String) throws {
        let folder = try TemporaryFolder()
        let text = "{\"email\":\"a\"}\n\(line)\n{\"email\":\"z\"}\n"
        for size in [1, 4096] {
            let list = try ReadList(folder.write(text, "f.ndjson"), blockSizeBytes: size)
            #expect(list.faults == ["f.ndjson:2:" + expected])
            #expect(list.fields == [["a"], ["z"]])
        }
    }

    @Test("a line over the bound is bad and swallows nothing else", arguments: [1, 7, 4096])
    func tooLong(_ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let text = "{\"email\":1}\n{\"email\":\"" + String(repeating: "x", count: 100) + "\"}\n{\"email\":3}"
        let list = try ReadList(folder.write(text, "f.jsonl"), blockSizeBytes: blockSizeBytes, rowBytesMax: 64)
        #expect(list.fields == [["1"], ["3"]])
        #expect(list.faults == ["f.jsonl:2:1: the row is longer than 64 bytes; is a quote missing?"])
    }

    /// What Foundation reads from a line; nil where it refuses it or the line is nested.
    private static func oracle(_ line: [UInt8]) -> [String: String]? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else { return nil }
        var texts: [String: String] = [:]
        for (key, value) in object {
            switch value {
            case is NSNull: texts[key] = ""
            case let text as String: texts[key] = text
            case let number as NSNumber: texts[key] = number.description
            default: return nil
            }
        }
        return texts
    }

    @Test("reads random objects as Foundation does")
    func agreesWithFoundation() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(state: 3)
        let pieces = [
            "a", "Z", " ", "\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\t", "\\u00e9", "\\uD83D\\uDE00", "é", "漢",
            "🌸", ",",
            ":", "{", "]", "\\u0020",
        ]
        func string() -> String {
            "\""
                + (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined() + "\""
        }
        var lines = ["{\"email\":\"\",\"a\":\"\",\"b\":\"\"}"]
        for _ in 0..<2000 {
            let values = (0..<3).map { _ in
                [string(), string(), "\(Int.random(in: -9999...9999, using: &random))", "null"].randomElement(
                    using: &random)!
            }
            let members = zip(["\"email\"", "\"a\"", "\"\\u0062\""].shuffled(using: &random), values).map {
                "\($0):\($1)"
            }
            lines.append("{" + members.joined(separator: [",", " , "].randomElement(using: &random)!) + "}")
        }
        let list = try ReadList(folder.write(lines.joined(separator: "\n"), "f.jsonl"), blockSizeBytes: 97)
        #expect(list.faults.isEmpty)
        #expect(list.fields.count == lines.count)
        for (line, fields) in zip(lines, list.fields) {
            let expected = try #require(Self.oracle(Array(line.utf8)))
            #expect(fields == ["email", "a", "b"].map { expected[$0] })
        }
    }

    @Test("what it takes after a change of one byte, Foundation takes with the same meaning")
    func mutations() throws {
        let folder = try TemporaryFolder()
        let original = Array("{\"email\":\"\\u00e9\\n\",\"a\":-10,\"b\":true, \"c\" : null}".utf8)
        var content = original + [0x0A]
        var lines: [[UInt8]] = []
        for index in original.indices {
            for byte in UInt8.min...UInt8.max where byte != 0x0A {
                var line = original
                line[index] = byte
                lines.append(line)
                content += line + [0x0A]
            }
        }
        var reader = try ListReader.open(folder.write(content, "f.jsonl"))
        _ = try reader.next()
        var taken = 0
        for line in lines {
            guard case .row = try reader.next() else { continue }
            let oracle = try #require(Self.oracle(line), "\(String(decoding: line, as: UTF8.self))")
            let email = reader.withField(0) { field in String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
            }
            #expect(oracle["email"] ?? oracle.first { $0.key.lowercased() == "email" }?.value ?? "" == email)
            taken += 1
        }
        #expect(taken > 200)
    }
}
