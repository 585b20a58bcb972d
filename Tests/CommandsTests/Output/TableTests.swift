import Testing

@testable import Commands

struct TableTests {
    private static let terminal = Style(isTerminal: true, isColoured: true, width: 30)

    @Test func columnsAreAsWideAsWhatIsInThem() {
        var table = Table("A", "LONG", "C", indent: 2)
        table.add("1", "2", "three")
        table.add("four", "5", "6")
        #expect(table.rendered(.plain) == "  A     LONG  C\n  1     2     three\n  four  5     6\n")
    }

    @Test func wideCharactersTakeTwoColumns() {
        var table = Table("A", "B")
        table.add("日本", "x")
        table.add("abcd", "y")
        #expect(table.rendered(.plain) == "A     B\n日本  x\nabcd  y\n")
    }

    @Test func aTerminalCutsTheLastColumnAlone() {
        var table = Table("A", "CAUSE")
        table.add("1", "something that takes far more room than there is")
        var plain = Self.terminal
        plain.isColoured = false
        #expect(table.rendered(plain) == "A  CAUSE\n1  something that takes far m…\n")
    }

    @Test func coloursDoNotCountAsRoom() {
        var table = Table("A", "B")
        table.add(.init("ok", .good), "x")
        #expect(
            table.rendered(Self.terminal) == "\u{1b}[2mA\u{1b}[0m   \u{1b}[2mB\u{1b}[0m\n\u{1b}[32mok\u{1b}[0m  x\n")
    }

    @Test func hostileTextIsShown() {
        var table = Table("A", "B")
        table.add("a\u{1b}[2J\nb", "x")
        #expect(table.rendered(.plain) == "A              B\na\\x1b[2J\\x0ab  x\n")
    }
}
