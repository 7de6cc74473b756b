import Testing
import pivot

@Suite struct TextTableTests {
    private var table: TextTable {
        var table = TextTable([.init("NAME", mayShrink: true), .init("SIZE", isNumeric: true), .init("ID")])
        table.add(["a quite long name of something", "7", "x"])
        table.add(["中文", "1234", "yy"])
        return table
    }

    @Test("Columns are as wide as their widest cell, numbers stand right, no line ends in spaces")
    func aligned() {
        #expect(
            table.lines(width: nil) == [
                "NAME                            SIZE  ID",
                "a quite long name of something     7  x",
                "中文                            1234  yy",
            ])
    }

    @Test("A column that may shrink does, and nothing else")
    func shrunk() {
        #expect(
            table.lines(width: 24) == [
                "NAME            SIZE  ID",
                "a quite long …     7  x",
                "中文            1234  yy",
            ])
        #expect(table.lines(width: 3).map(DisplayText.width).max() == 18)
    }

    @Test("Lines are never wider than the terminal while columns can shrink", arguments: 18...60)
    func fits(width: Int) {
        for line in table.lines(width: width) { #expect(DisplayText.width(line) <= width) }
    }

    @Test("Optional columns are left out from the right when shrinking is not enough, and named; numbers are never cut")
    func optional() {
        var table = TextTable([
            .init("EPOCH", isNumeric: true), .init("training_loss", isNumeric: true, mayShrink: true, isOptional: true),
            .init("validation_loss", isNumeric: true, mayShrink: true, isOptional: true), .init("TIME"),
        ])
        table.add(["1", "1.000e-05", "2.000e-05", "now"])
        #expect(table.lines(width: 34) == ["EPOCH  training…  validatio…  TIME", "    1  1.000e-05   2.000e-05  now"])
        #expect(
            table.lines(width: 33) == ["EPOCH  training…  validati…  TIME", "    1  1.000e-05  2.000e-05  now"])
        #expect(
            table.lines(width: 32) == [
                "EPOCH  training_loss  TIME", "    1      1.000e-05  now", "1 more column in a wider termin…",
            ])
    }

    @Test("What a server sends cannot move the cursor")
    func controls() {
        var table = TextTable([.init("NAME")])
        table.add(["a\u{1B}[2Jb\nc\u{202E}d"])
        #expect(table.lines(width: nil) == ["NAME", "a [2Jb c d"])
        #expect(DisplayText.safe("plain é 中") == "plain é 中")
    }

    @Test("Fitted text keeps whole characters and says that it was cut")
    func fitted() {
        #expect(DisplayText.fitted("abc", to: 3) == "abc")
        #expect(DisplayText.fitted("abcd", to: 3) == "ab…")
        #expect(DisplayText.fitted("中文字", to: 4) == "中…")
        #expect(DisplayText.fitted("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
        #expect(DisplayText.fitted("abc", to: 0) == "")
    }

    @Test("A sheet aligns its values and leaves out what has none")
    func sheet() {
        var sheet = FactSheet()
        sheet.add("Name", "one")
        sheet.add("Message", nil)
        sheet.add("Tags", "")
        sheet.add("Message", "Traceback:\n  File \"x.py\"\r\nValueError: \u{1B}")
        sheet.add("Metrics", "a 1")
        sheet.add("", "b 2")
        #expect(
            sheet.lines() == [
                "Name     one", "Message  Traceback:", "           File \"x.py\"", "         ValueError:  ",
                "Metrics  a 1",
                "         b 2",
            ])
    }
}
