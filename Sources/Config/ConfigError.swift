/// Everything that is wrong with one file, at once.
///
/// The one error of this module. Problems are ordered by where they stand in the file, those of the whole file last.
package struct ConfigError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong; never empty.
    package let problems: [Problem]

    /// The problems of one file, in any order.
    package init(problems: [Problem]) {
        func place(_ problem: Problem) -> (Int, Int) { (problem.line > 0 ? problem.line : .max, problem.column) }
        self.problems = problems.sorted { place($0) < place($1) }
    }

    /// A line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One thing that is wrong with a file, and where.
package struct Problem: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The file's name as the user knows it.
    package var file: String
    /// The line, from 1; 0 where the file as a whole is meant.
    package var line: Int
    /// The column in characters, from 1; 0 where the file as a whole is meant.
    package var column: Int
    /// The field: `services.web.port`; empty for the document as a whole.
    package var path: String
    /// What is wrong.
    package var message: String
    /// What to do about it.
    package var hint: String?

    /// A problem as given.
    package init(file: String, line: Int, column: Int, path: String, message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.hint = hint
    }

    /// `slipway.yml:3:5: services.web.prot: unknown field 'prot'; did you mean 'port'?`
    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let subject = path.isEmpty ? "" : " \(path):"
        return "\(place):\(subject) \(message)" + (hint.map { "; \($0)" } ?? "")
    }
}
