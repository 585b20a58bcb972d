/// Rows under headings; every column but the last as wide as what is in it.
struct Table: Sendable {
    /// One place of a table.
    struct Cell: Sendable, ExpressibleByStringLiteral {
        let text: String
        let colour: Style.Colour?

        /// Text from anywhere: made safe to print.
        init(_ text: String, _ colour: Style.Colour? = nil) {
            self.text = clean(text)
            self.colour = colour
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    private let headings: [String]
    private let indent: String
    private var rows: [[Cell]] = []

    init(_ headings: String..., indent: Int = 0) {
        self.headings = headings
        self.indent = String(repeating: " ", count: indent)
    }

    /// Adds a row.
    mutating func add(_ cells: Cell...) {
        precondition(cells.count == headings.count, "a row has a cell for every heading")
        rows.append(cells)
    }

    /// Whether there is no row.
    var isEmpty: Bool { rows.isEmpty }

    /// The table as lines, each with its line end.
    ///
    /// The last column is cut where a terminal has no room for it.
    func rendered(_ style: Style) -> String {
        let all = [headings.map { Cell($0, .faint) }] + rows
        let widths = headings.indices.map { column in all.map { Columns.count($0[column].text) }.max() ?? 0 }
        return all.map { row in
            var line = indent
            var used = indent.count
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                var text = cell.text
                if isLast, let width = style.width, width - used >= Self.narrowest {
                    text = Columns.prefix(text, width - used)
                }
                line += style.paint(text, cell.colour)
                if !isLast {
                    line += String(repeating: " ", count: widths[column] - Columns.count(text) + Self.gap)
                    used += widths[column] + Self.gap
                }
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    private static let gap = 2
    /// A last column with less room than this is not cut: half a word says nothing.
    private static let narrowest = 16
}
