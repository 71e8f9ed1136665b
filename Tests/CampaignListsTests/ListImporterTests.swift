import CampaignLists
import Glibc
import Testing

@Suite("Importing lists")
struct ListImporterTests {
    @Test("the address comes first and without blanks; all else stays as it is")
    func columns() throws {
        let folder = try TemporaryFolder()
        let list = try ImportedList(
            [try folder.write("a,EMAIL,b\n 1 , \tAnn@Example.com\t ,\"x\"\"y\"\n", "f.csv")],
            temporaryDirectory: folder.path)
        #expect(list.outcome.columns == ["email", "a", "b"])
        #expect(list.rows == [["Ann@Example.com", " 1 ", "x\"y"]])
        #expect(list.skips.isEmpty)
    }

    @Test("duplicates, suppressed and invalid rows come by ascending ordinal, each with its reason")
    func skips() throws {
        let folder = try TemporaryFolder()
        let source = try folder.write(
            """
            email,n
            a@example.com,0
            b@example.com,1
            A@EXAMPLE.COM,2
            bad,3
            "b@example.com",4
            c@example.com
            "\"\"a\"\"@example.com",6
            c@bücher.example,7
            C@XN--BCHER-KVA.example,8
            """, "f.csv")
        let suppressed = try folder.write("B@example.com\n\n  nobody@example.com \n", "s.csv")
        let list = try ImportedList(
            [source], suppressions: [suppressed], mode: .skipInvalid, temporaryDirectory: folder.path)
        #expect(
            list.skips == [
                .init(ordinal: 1, reason: .suppressed), .init(ordinal: 2, reason: .duplicate(of: 0)),
                .init(ordinal: 3, reason: .invalidAddress("f.csv:5:4: the address has no @")),
                .init(ordinal: 4, reason: .suppressed),
                .init(ordinal: 5, reason: .invalidAddress("f.csv:7:1: the row has 1 field, the header 2 columns")),
                .init(ordinal: 6, reason: .duplicate(of: 0)), .init(ordinal: 8, reason: .duplicate(of: 7)),
            ])
        #expect(list.row(3) == ["bad", "3"])
        #expect(list.row(5) == ["c@example.com", ""])
        #expect(list.outcome.suppressionsTotal == 2)
        #expect(list.outcome.rowsTotal == 9)
    }

    @Test(
        "the place of a fault in an address counts the doubled quotes, blanks and letters before it",
        arguments: [
            ("\"\"\"a\"\"b@example.com\",", 7), ("é,\"\t \"\"a\"\"b@example.com\"", 11), ("é, \tü x@example.com", 6),
            (",", 2), (",  ", 4),
        ])
    func place(_ row: String, _ column: Int) throws {
        let folder = try TemporaryFolder()
        let header = row.hasPrefix("\"") ? "email,a" : "a,email"
        let list = try ImportedList(
            [try folder.write("\(header)\n\(row)\n", "f.csv")], mode: .skipInvalid, temporaryDirectory: folder.path)
        let reason = try #require(list.skips.first?.reason)
        guard case .invalidAddress(let text) = reason else { throw RecipientChunkError.damaged }
        #expect(text.hasPrefix("f.csv:2:\(column): "), "\(text)")
    }

    @Test("refusal names the first twenty bad rows and counts them all; no sink gets a skip")
    func refusal() throws {
        let folder = try TemporaryFolder()
        let good = (0..<300).map { "a\($0)@example.com\n" }.joined()
        let source = try folder.write("email\n" + good + String(repeating: "bad\n", count: 50) + good, "f.csv")
        let suppressed = try folder.write("email\nworse\n", "s.csv")
        #expect {
            try ImportedList([source], suppressions: [suppressed], temporaryDirectory: folder.path)
        } throws: { error in
            guard let refusal = error as? ListRefused else { return false }
            let lines = refusal.description.split(separator: "\n")
            return refusal.badRows.count == 20 && refusal.badRowsTotal == 51 && refusal.rowsTotal == 650
                && lines.first == "s.csv:2:6: the address has no @" && lines.last == "51 of 650 rows are bad"
                && lines.dropLast().last == "… and 31 more"
        }
    }

    @Test("several lists are one; the columns' order and the format may differ")
    func severalLists() throws {
        let folder = try TemporaryFolder()
        let list = try ImportedList(
            [
                try folder.write("a,email,b\n1,x@example.com,2\n", "one.csv"),
                try folder.write(
                    "{\"b\":4,\"email\":\"y@example.com\"}\n{\"a\":5,\"email\":\"X@example.com\"}\n", "two.jsonl"),
                try folder.write("email\tb\ta\nz@example.com\t6\t7\n", "three.tsv"),
            ], temporaryDirectory: folder.path)
        #expect(
            list.rows == [
                ["x@example.com", "1", "2"], ["y@example.com", "", "4"], ["X@example.com", "5", ""],
                ["z@example.com", "7", "6"],
            ])
        #expect(list.skips == [.init(ordinal: 2, reason: .duplicate(of: 0))])
    }

    @Test("a second list with other columns is refused by name")
    func otherColumns() throws {
        let folder = try TemporaryFolder()
        let sources = [try folder.write("email,a\n", "one.csv"), try folder.write("b,email\n", "two.csv")]
        let expected = ListError.columnsDiffer(file: "two.csv", missing: ["a"], unknown: ["b"])
        #expect(throws: expected) { try ImportedList(sources, temporaryDirectory: folder.path) }
        #expect(expected.description.contains("misses “a” and has “b” besides"))
    }

    @Test("the content digest follows the rows, not how they are written")
    func contentDigest() throws {
        let folder = try TemporaryFolder()
        func content(_ text: String, _ name: String, _ suppressions: [ListSource] = []) throws -> [UInt8] {
            try ImportedList(
                [try folder.write(text, name)], suppressions: suppressions, temporaryDirectory: folder.path,
                blockSizeBytes: 3
            ).content
        }
        let plain = try content("email,a\nx@example.com,1\ny@example.com,2\n", "f.csv")
        #expect(try content("\u{FEFF}a,\"Email\"\r\n1, x@example.com\r\n\r\n\"2\",y@example.com", "g.csv") == plain)
        #expect(
            try content("{\"a\":1,\"email\":\"x@example.com\"}\n{\"email\":\"y@example.com\",\"a\":\"2\"}", "h.jsonl")
                == plain)
        #expect(
            try content(
                "email,a\nx@example.com,1\ny@example.com,2\n", "f.csv", [folder.write("x@example.com", "s.csv")])
                == plain)
        for other in [
            "email,a\nx@example.com,1\ny@example.com,3\n", "email,a\nx@example.com,1\n",
            "email,b\nx@example.com,1\ny@example.com,2\n",
            "email,a\ny@example.com,2\nx@example.com,1\n", "email,a\nx@example.com,1y\n@example.com,2\n",
        ] {
            let changed = try? content(other, "f.csv")
            #expect(changed != plain)
        }
    }

    @Test(
        "suppression lists may be tables, JSON Lines or bare addresses",
        arguments: [
            ("s.csv", "name,Email\nX,a@example.com\n"), ("s.csv", "a@example.com\r\n"),
            ("s.csv", "\u{FEFF}A@example.com"),
            ("s.csv", "email\na@example.com"), ("s.tsv", "x\temail\n\ta@example.com\n"),
            ("s.jsonl", "{\"email\":\"a@example.com\"}"),
            ("s.csv", "\n \n\"a\"@example.com\n"), ("s.txt", "a@example.com"), ("s.txt", "Email\nA@example.com\n"),
        ])
    func suppressions(_ name: String, _ text: String) throws {
        let folder = try TemporaryFolder()
        let list = try ImportedList(
            [try folder.write("email\na@example.com\nb@example.com\n", "f.csv")],
            suppressions: [try folder.write(text, name)], temporaryDirectory: folder.path)
        #expect(list.skips == [.init(ordinal: 0, reason: .suppressed)])
    }

    @Test("an empty suppression list suppresses nothing; one without addresses and without a column is refused")
    func emptySuppressions() throws {
        let folder = try TemporaryFolder()
        let source = try folder.write("email\na@example.com\n", "f.csv")
        let empty = try folder.write("", "s.csv")
        #expect(try ImportedList([source], suppressions: [empty], temporaryDirectory: folder.path).skips.isEmpty)
        let table = try folder.write("mail,name\na@example.com,A\n", "t.csv")
        #expect(throws: ListError.self) {
            try ImportedList([source], suppressions: [table], temporaryDirectory: folder.path)
        }
    }

    @Test("invalid addresses on suppression lists are counted when bad rows are skipped")
    func invalidSuppressions() throws {
        let folder = try TemporaryFolder()
        let list = try ImportedList(
            [try folder.write("email\na@example.com\n", "f.csv")],
            suppressions: [try folder.write("email\nbad\na@example.com\n", "s.csv")], mode: .skipInvalid,
            temporaryDirectory: folder.path)
        #expect(list.outcome.suppressionsInvalidTotal == 1)
        #expect(list.outcome.invalidTotal == 0)
        #expect(list.outcome.suppressedTotal == 1)
    }

    @Test("trouble with files is typed: what may pass is recoverable")
    func files() throws {
        let folder = try TemporaryFolder()
        let missing = try ListSource(path: folder.path + "/missing.csv")
        let expected = ListError.system(file: "missing.csv", operation: "open", errno: ENOENT)
        #expect(throws: expected) { try ImportedList([missing], temporaryDirectory: folder.path) }
        #expect(!expected.isRecoverable)
        #expect(expected.description == "missing.csv: cannot open: No such file or directory")
        let directory = ListSource(path: folder.path, name: "here", format: .csv)
        #expect(throws: ListError.system(file: "here", operation: "read", errno: EISDIR)) {
            try ImportedList([directory], temporaryDirectory: folder.path)
        }
        #expect(ListError.system(file: "f", operation: "read", errno: EIO).isRecoverable)
        #expect(throws: ListError.unknownFormat(file: "list.xlsx")) { try ListSource(path: "list.xlsx") }
        #expect(throws: ListError.system(file: "f.csv", operation: "open", errno: EINVAL)) {
            try ImportedList([ListSource(path: "a\0b", name: "f.csv", format: .csv)], temporaryDirectory: folder.path)
        }
    }

    @Test("many invalid rows pass through temporary files, which are gone afterwards")
    func manyInvalid() throws {
        let folder = try TemporaryFolder()
        let rows = 20_000
        let source = try folder.write(
            "email\n" + (0..<rows).map { $0 % 2 == 0 ? "bad\($0)\n" : "a\($0 % 100)@example.com\n" }.joined(), "f.csv")
        let list = try ImportedList([source], mode: .skipInvalid, temporaryDirectory: folder.path)
        #expect(list.skips.map(\.ordinal) == list.skips.map(\.ordinal).sorted())
        #expect(list.outcome.invalidTotal == rows / 2)
        #expect(list.outcome.duplicatesTotal == rows / 2 - 50)
        #expect(list.skips.last?.reason == .duplicate(of: 99))
        #expect(
            list.skips.first { $0.ordinal == 19_998 }?.reason
                == .invalidAddress("f.csv:20000:9: the address has no @"))
        #expect(folder.entries == ["f.csv"])
    }
}
