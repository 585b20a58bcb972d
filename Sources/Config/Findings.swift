import Model
import YAML

/// Collects what is wrong with a file while it is read.
struct Findings {
    /// The file's name as the user knows it.
    let file: String
    /// What was found so far.
    private(set) var problems: [Problem] = []

    /// More are not worth reading.
    static let limit = 100

    init(file: String) { self.file = file }

    /// Notes a problem with a node.
    mutating func add(_ node: YAMLNode, _ path: Path, _ message: String, hint: String? = nil) {
        add(line: node.line, column: node.column, path, message, hint: hint)
    }

    /// Notes a problem with a key.
    mutating func add(_ entry: YAMLNode.Entry, _ path: Path, _ message: String, hint: String? = nil) {
        add(line: entry.line, column: entry.column, path, message, hint: hint)
    }

    /// Notes a problem at a place; line 0 means the file as a whole.
    mutating func add(line: Int, column: Int, _ path: Path, _ message: String, hint: String? = nil) {
        guard problems.count <= Self.limit else { return }
        guard problems.count < Self.limit else {
            let message = "more than \(Self.limit) problems; the rest is not listed"
            problems.append(Problem(file: file, line: 0, column: 0, path: "", message: message))
            return
        }
        problems.append(
            Problem(file: file, line: line, column: column, path: path.text, message: message, hint: hint))
    }
}

/// Where in a document a node is: `projects[0].repository`. Safe to print.
struct Path: Sendable, Hashable {
    let text: String

    /// The document itself.
    static let root = Self(text: "")

    private init(text: String) { self.text = text }

    /// A key below this place.
    func child(_ key: String) -> Path { Path(text: text.isEmpty ? quote(key) : "\(text).\(quote(key))") }

    /// An item of the list at this place.
    func item(_ index: Int) -> Path { Path(text: "\(text)[\(index)]") }
}

/// Text from a file as it may be repeated in a message: printable, and not too much of it.
func quote(_ text: String) -> String {
    let limit = 60
    guard text.unicodeScalars.count > limit else { return printable(text.utf8) }
    return printable(String(text.unicodeScalars.prefix(limit)).utf8) + "…"
}
