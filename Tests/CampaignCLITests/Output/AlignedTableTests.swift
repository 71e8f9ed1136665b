import Testing

@testable import campaign

@Suite struct AlignedTableTests {
    @Test("columns are as wide as their widest cell, in terminal columns") func widths() {
        var table = AlignedTable([("name", .left), ("n", .right), ("last", .left)])
        table.add([.init("山田"), .init("7"), .init("x")])
        table.add([.init("Zoë"), .init("123"), .init("")])
        #expect(table.lines(paint: .plain) == ["name    n  last", "山田    7  x", "Zoë   123"])
    }

    @Test("colour does not count as width") func colour() {
        var table = AlignedTable([("", .left), ("", .left)])
        let paint = Paint(isOn: true)
        table.add([.init("a") { paint.bad($0) }, .init("b")])
        table.add([.init("cc"), .init("d")])
        #expect(table.lines(paint: paint) == ["\u{1B}[31ma\u{1B}[0m   b", "cc  d"])
    }

    @Test("cells are sanitised") func sanitised() {
        var table = AlignedTable([("", .left)])
        table.add([.init("\u{1B}[2J")])
        #expect(table.lines(paint: .plain) == [#"\u{1b}[2J"#])
    }

    @Test("text is cut to terminal columns, never in the middle of a wide one") func truncation() {
        #expect(DisplayWidth.truncated("abcdef", 4) == "abc…")
        #expect(DisplayWidth.truncated("山田太郎", 6) == "山田…")
        #expect(DisplayWidth.truncated("山田太郎", 8) == "山田太郎")
        #expect(DisplayWidth.truncated("abc", 0) == "")
        #expect(DisplayWidth.columns("e\u{301}👩‍👩‍👧") == 3)
    }

    @Test("colour is for terminals that want it") func terminals() {
        func terminal(_ isTerminal: Bool, _ environment: [String: String]) -> Terminal {
            Terminal(descriptor: 2, isTerminal: isTerminal, environment: environment)
        }
        #expect(terminal(true, ["TERM": "xterm"]).hasColour)
        #expect(!terminal(false, ["TERM": "xterm"]).hasColour)
        #expect(!terminal(true, ["NO_COLOR": "1"]).hasColour)
        #expect(terminal(true, ["NO_COLOR": "1"]).isInteractive)
        #expect(terminal(true, ["NO_COLOR": ""]).hasColour)
        #expect(!terminal(true, ["TERM": "dumb"]).isInteractive)
        #expect(terminal(true, ["LANG": "en_GB.UTF-8"]).isUTF8)
        #expect(!terminal(true, ["LC_ALL": "C", "LANG": "en_GB.UTF-8"]).isUTF8)
        #expect(Paint.plain.bad("x") == "x")
    }
}
