import CampaignLists
import Testing

@Suite("CSV")
struct CSVReaderTests {
    static let blockSizes = [1, 2, 3, 7, 64, 256 << 10]

    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var columns = ["email", "b"]
        let rows: [ReadList.Row]
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(
            name: "plain", text: "email,b\n1,2\n3,4\n",
            rows: [.fields(["1", "2"], line: 2), .fields(["3", "4"], line: 3)]),
        Example(name: "no line end at the end", text: "email,b\n1,2", rows: [.fields(["1", "2"], line: 2)]),
        Example(
            name: "CRLF", text: "email,b\r\n1,2\r\n3,4\r\n",
            rows: [.fields(["1", "2"], line: 2), .fields(["3", "4"], line: 3)]),
        Example(
            name: "CR", text: "email,b\r1,2\r3,4\r",
            rows: [.fields(["1", "2"], line: 2), .fields(["3", "4"], line: 3)]),
        Example(name: "byte order mark", text: "\u{FEFF}email,b\n1,2\n", rows: [.fields(["1", "2"], line: 2)]),
        Example(
            name: "byte order mark before a quote", text: "\u{FEFF}\"email\",b\n1,2\n",
            rows: [.fields(["1", "2"], line: 2)]),
        Example(
            name: "empty fields", text: "email,b\n,\n,2\n1,\n",
            rows: [.fields(["", ""], line: 2), .fields(["", "2"], line: 3), .fields(["1", ""], line: 4)]),
        Example(
            name: "empty last field at the end of the file", text: "email,b\n1,", rows: [.fields(["1", ""], line: 2)]),
        Example(
            name: "quotes", text: "email,b\n\"1\",\"\"\n\"\",\"2,3\"\n",
            rows: [.fields(["1", ""], line: 2), .fields(["", "2,3"], line: 3)]),
        Example(
            name: "doubled quotes", text: "email,b\n\"a\"\"b\",\"\"\"\"\n\"\"\"x\"\"\",\"y\"\"\"\n",
            rows: [.fields(["a\"b", "\""], line: 2), .fields(["\"x\"", "y\""], line: 3)]),
        Example(
            name: "line ends in quotes", text: "email,b\n\"1\n2\r\n3\r4\",5\n6,7\n",
            rows: [.fields(["1\n2\r\n3\r4", "5"], line: 2), .fields(["6", "7"], line: 6)]),
        Example(name: "quoted at the end of the file", text: "email,b\n1,\"2\"", rows: [.fields(["1", "2"], line: 2)]),
        Example(
            name: "doubled quote at the end of the file", text: "email,b\n1,\"2\"\"\"",
            rows: [.fields(["1", "2\""], line: 2)]),
        Example(
            name: "blank lines", text: "\n\nemail,b\n\n\r\n1,2\n\n\n3,4\n\n",
            rows: [.fields(["1", "2"], line: 6), .fields(["3", "4"], line: 9)]),
        Example(name: "blanks are text", text: "email , b\n 1 ,\t2\n", rows: [.fields([" 1 ", "\t2"], line: 2)]),
        Example(
            name: "other order and case", text: "b,EMail\n1,2\n", columns: ["b", "email"],
            rows: [.fields(["1", "2"], line: 2)]),
        Example(
            name: "only the address", text: "Email\na\n\n\"\"\nb", columns: ["email"],
            rows: [.fields(["a"], line: 2), .fields([""], line: 4), .fields(["b"], line: 5)]),
        Example(
            name: "scripts", text: "email,b\né漢🌸,\"\u{FEFF}अ\"\"\"\n",
            rows: [.fields(["é漢🌸", "\u{FEFF}अ\""], line: 2)]),
        Example(name: "header only", text: "email,b", rows: []),
        Example(
            name: "stray quote", text: "email,b\n1,2\"3\n4,5\n",
            rows: [
                .bad("f.csv:2:4: a quote stands inside a field that does not begin with one"),
                .fields(["4", "5"], line: 3),
            ]),
        Example(
            name: "blank before a quote", text: "email,b\r\n1, \"2\"\r\n4,5\r\n",
            rows: [
                .bad("f.csv:2:4: a quote stands inside a field that does not begin with one"),
                .fields(["4", "5"], line: 3),
            ]),
        Example(
            name: "text after a quote", text: "email,b\né,\"2\"3,\"\n4,5\n",
            rows: [.bad("f.csv:2:6: text follows the closing quote of a field"), .fields(["4", "5"], line: 3)]),
        Example(
            name: "a stray opening quote costs its own row only", text: "email,b\n1,\"2\n\"4\",5\n6,7\n",
            rows: [
                .bad("f.csv:3:2: text follows the closing quote of a field (in the row that begins on line 2)"),
                .fields(["4", "5"], line: 3), .fields(["6", "7"], line: 4),
            ]),
        Example(
            name: "unterminated quote", text: "email,b\n1,\"2\n4,5\n6,7",
            rows: [
                .bad("f.csv:2:3: the quote that opens here is never closed"), .fields(["4", "5"], line: 3),
                .fields(["6", "7"], line: 4),
            ]),
        Example(
            name: "unterminated quote at the end", text: "email,b\n1,\"",
            rows: [.bad("f.csv:2:3: the quote that opens here is never closed")]),
        Example(
            name: "unterminated quote in the second line of a row", text: "email,b\n\"1\n2\",\"3\n4,5\n",
            rows: [
                .bad("f.csv:3:4: the quote that opens here is never closed (in the row that begins on line 2)"),
                .fields(["4", "5"], line: 4),
            ]),
        Example(
            name: "too few fields", text: "email,b\n1\n4,5\n",
            rows: [.bad("f.csv:2:1: the row has 1 field, the header 2 columns"), .fields(["4", "5"], line: 3)]),
        Example(
            name: "too many fields", text: "email,b\n\"1\n\",2,3\n4,5\n",
            rows: [
                .bad("f.csv:3:5: the row has 3 fields, the header 2 columns (in the row that begins on line 2)"),
                .fields(["4", "5"], line: 4),
            ]),
        Example(
            name: "NUL", text: "email,b\n1,\0\n\"\n\0\",5\n6,7\n",
            rows: [
                .bad("f.csv:2:3: the row holds a NUL byte"),
                .bad("f.csv:4:1: the row holds a NUL byte (in the row that begins on line 3)"),
                .fields(["6", "7"], line: 5),
            ]),
    ]

    @Test("reads, whatever the blocks", arguments: examples, blockSizes)
    func reads(_ example: Example, _ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let list = try ReadList(folder.write(example.text, "f.csv"), blockSizeBytes: blockSizeBytes)
        #expect(list.columns == example.columns)
        #expect(list.rows == example.rows)
    }

    @Test("invalid UTF-8 is a bad row, also where a comma cuts a character", arguments: blockSizes)
    func invalidUTF8(_ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let content = Array("email,b\n1,".utf8) + [0xC3, 0x0A] + Array("é".utf8) + [0xE2, 0x2C, 0x82, 0xAC, 0x0A]
        let list = try ReadList(folder.write(content + Array("4,5\n".utf8), "f.csv"), blockSizeBytes: blockSizeBytes)
        #expect(
            list.rows == [
                .bad("f.csv:2:3: the row is not valid UTF-8"), .bad("f.csv:3:2: the row is not valid UTF-8"),
                .fields(["4", "5"], line: 4),
            ])
    }

    @Test("a row over the bound is bad and swallows nothing else", arguments: blockSizes)
    func tooLong(_ blockSizeBytes: Int) throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "x", count: 50)
        let text = "email,b\n1,\(long)\n2,3\n4,\"5\n6,7\n8,\(long)\n9,\"\(long)\"\n10,11\n"
        let list = try ReadList(folder.write(text, "f.csv"), blockSizeBytes: blockSizeBytes, rowBytesMax: 40)
        let reason = "the row is longer than 40 bytes; is a quote missing?"
        #expect(
            list.rows == [
                .bad("f.csv:2:1: \(reason)"), .fields(["2", "3"], line: 3), .bad("f.csv:4:3: \(reason)"),
                .fields(["6", "7"], line: 5), .bad("f.csv:6:1: \(reason)"), .bad("f.csv:7:3: \(reason)"),
                .fields(["10", "11"], line: 8),
            ])
    }

    @Test("tabs separate the fields of a TSV file")
    func tabs() throws {
        let folder = try TemporaryFolder()
        let list = try ReadList(folder.write("b\temail\n1,2\t\"3\t4\"\n", "f.tsv"))
        #expect(list.columns == ["b", "email"])
        #expect(list.fields == [["1,2", "3\t4"]])
    }

    @Test("reads back what a correct writer wrote, whatever the fields and the blocks")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(state: 7)
        let alphabet = ["a", "B", "\"", ",", "\n", "\r\n", "\r", " ", "é", "漢", "🌸", "\t", "@", "0"]
        for round in 0..<60 {
            let rows = (0..<20).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                        .joined()
                }
            }
            let text = ([["x", "email", "z"]] + rows).map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
            }.joined(separator: round % 2 == 0 ? "\n" : "\r\n")
            let source = try folder.write(text, "f.csv")
            for size in [1, 5, 4096] { #expect(try ReadList(source, blockSizeBytes: size).fields == rows) }
        }
    }

    @Test("hostile bytes never trap, and the blocks make no difference")
    func hostile() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(state: 99)
        let alphabet: [UInt8] = [0x22, 0x22, 0x2C, 0x0A, 0x0D, 0x61, 0x00, 0xC3, 0xA9, 0x80, 0x20]
        for _ in 0..<400 {
            let tail = (0..<Int.random(in: 0...80, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
            let source = try folder.write(Array("email,b\n".utf8) + tail, "f.csv")
            let whole = try ReadList(source, blockSizeBytes: 4096, rowBytesMax: 24)
            for size in [1, 3, 11] {
                #expect(try ReadList(source, blockSizeBytes: size, rowBytesMax: 24) == whole)
            }
        }
    }

    @Test("a file full of stray quotes is read in linear time")
    func linearTime() throws {
        let folder = try TemporaryFolder()
        // Each first quote swallows up to the bound; were the bound read again for each row, this would take hours.
        let text = "email,b\n" + String(repeating: "\"x\nyyyyyyyy,\"\"\n1,2\n", count: 100_000)
        let list = try ReadList(folder.write(text, "f.csv"))
        #expect(list.fields.count >= 100_000)
    }
}
