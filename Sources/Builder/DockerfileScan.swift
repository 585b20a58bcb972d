/// Where the instructions of a Dockerfile are: enough to name a line, never to judge one.
///
/// The engine alone decides what is valid. Rules: docs.docker.com/reference/dockerfile, "Format",
/// "Parser directives", "Escape" and "Here-documents".
struct DockerfileScan: Sendable, Hashable {
    /// One instruction.
    struct Instruction: Sendable, Hashable {
        /// The lines it takes, from 1, here-documents included.
        let lines: ClosedRange<Int>
        /// Its name in capitals: `RUN`.
        let keyword: String
        /// The instruction on one line, without comments and here-documents.
        let text: String
        /// Whether here-documents follow it.
        let hasHereDocument: Bool
    }

    /// In the order of the file.
    private(set) var instructions: [Instruction] = []
    /// The lines as they are, without line ends.
    let lines: [String]
    /// What the `# syntax=` directive asks for; nil: none.
    private(set) var frontend: (name: String, line: Int)?

    private var escape: Character = "\\"

    /// Reads the bytes of the file.
    init(_ bytes: [UInt8]) {
        let content = bytes.starts(with: byteOrderMark) ? bytes[byteOrderMark.count...] : bytes[...]
        lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
        }
        var index = readDirectives()
        while index < lines.count { readInstruction(at: &index) }
    }

    /// The instructions of each stage, by index: a `FROM` and what follows it up to the next.
    var stages: [Range<Int>] {
        let starts = instructions.indices.filter { instructions[$0].keyword == "FROM" }
        return zip(starts, starts.dropFirst() + [instructions.count]).map { $0..<$1 }
    }

    /// Whether a step may take long to do again: it runs something, or brings something from elsewhere.
    var mayTakeLong: Bool {
        // What a base image triggers (`ONBUILD`) is not seen here: that costs time, never a wrong image.
        instructions.contains { ["RUN", "ADD"].contains($0.keyword) }
    }

    /// Reads `# key=value` lines until the first line that is none; returns where the rest begins.
    private mutating func readDirectives() -> Int {
        for (index, line) in lines.enumerated() {
            let text = line.trimmingSpaces()
            guard text.first == "#", let equals = text.firstIndex(of: "=") else { return index }
            let key = text[text.index(after: text.startIndex)..<equals].trimmingSpaces().lowercased()
            let value = text[text.index(after: equals)...].trimmingSpaces()
            guard !key.isEmpty, key.allSatisfy({ $0.isLetter }) else { return index }
            switch key {
            case "syntax": frontend = (String(value), index + 1)
            case "escape" where value == "`": escape = "`"
            case "escape", "check": break
            default: return index
            }
        }
        return lines.count
    }

    private mutating func readInstruction(at index: inout Int) {
        guard let first = joined(at: &index) else { return }
        let keyword = first.text.prefix { !$0.isWhitespace }.uppercased()
        var last = index
        var hasHereDocument = false
        if takesHereDocuments(first.text, keyword: keyword) {
            for document in hereDocuments(in: first.text) {
                guard let end = lines[last...].firstIndex(where: { document.endsAt($0) }) else { break }
                last = end + 1
                hasHereDocument = true
            }
        }
        index = last
        instructions.append(
            Instruction(lines: first.line...last, keyword: keyword, text: first.text, hasHereDocument: hasHereDocument))
    }

    /// The next instruction's text, with its continued lines joined; nil at a comment or an empty line.
    private func joined(at index: inout Int) -> (text: String, line: Int)? {
        let start = index
        var text = ""
        while index < lines.count {
            let line = lines[index]
            index += 1
            let content = line.trimmingSpaces()
            if content.isEmpty || content.first == "#" {
                // Inside an instruction, comments and empty lines are skipped.
                if text.isEmpty { return nil }
                continue
            }
            if content.last == escape {
                let body = text.isEmpty ? content.dropLast() : line.trimmingEndSpaces().dropLast()
                text += body.isEmpty && text.isEmpty ? " " : String(body)
                continue
            }
            text += text.isEmpty ? content : line[...]
            break
        }
        let trimmed = text.trimmingSpaces()
        return trimmed.isEmpty ? nil : (String(trimmed), start + 1)
    }

    private func takesHereDocuments(_ text: String, keyword: String) -> Bool {
        guard keyword == "ONBUILD" else { return ["RUN", "COPY", "ADD"].contains(keyword) }
        let rest = text.dropFirst(keyword.count).trimmingSpaces()
        return ["RUN", "COPY", "ADD"].contains(rest.prefix { !$0.isWhitespace }.uppercased())
    }
}

/// One here-document's end.
private struct HereDocument {
    let end: String
    let ignoresTabs: Bool

    func endsAt(_ line: String) -> Bool { (ignoresTabs ? String(line.drop { $0 == "\t" }) : line) == end }
}

/// The here-documents that an instruction announces: `<<EOF`, `<<-EOF`, `3<<"EOF"`, outside of quotes.
private func hereDocuments(in text: String) -> [HereDocument] {
    var documents: [HereDocument] = []
    var quote: Character?
    var rest = text[...]
    while let character = rest.first {
        if let open = quote {
            if character == open { quote = nil }
            rest.removeFirst()
        } else if character == "\"" || character == "'" {
            quote = character
            rest.removeFirst()
        } else if rest.hasPrefix("<<<") {
            rest = rest.drop { $0 == "<" }
        } else if rest.hasPrefix("<<") {
            rest.removeFirst(2)
            let ignoresTabs = rest.first == "-"
            if ignoresTabs { rest.removeFirst() }
            let word = rest.prefix { !$0.isWhitespace && !";|&<>()".contains($0) }
            rest.removeFirst(word.count)
            let end = word.filter { $0 != "\"" && $0 != "'" }
            if let first = end.first, first.isLetter || first == "_" {
                documents.append(HereDocument(end: end, ignoresTabs: ignoresTabs))
            }
        } else {
            rest.removeFirst()
        }
    }
    return documents
}

extension StringProtocol {
    /// The text without the spaces, tabs and other white space around it.
    func trimmingSpaces() -> Substring {
        let start = drop { $0.isWhitespace }
        return Substring(start).trimmingEndSpaces()
    }

    /// The text without the white space at its end.
    func trimmingEndSpaces() -> Substring {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return Substring(self[...last])
    }
}

extension DockerfileScan {
    static func == (left: Self, right: Self) -> Bool { left.lines == right.lines }
    func hash(into hasher: inout Hasher) { hasher.combine(lines) }
}
