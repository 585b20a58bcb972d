/// What is needed of the text of a `.git/config`: git-config(1), "Syntax". Includes are not followed.
enum GitConfiguration {
    /// The value of every `remote.*.url`, in order.
    static func remotes(in text: String) -> [String] {
        var urls: [String] = []
        var isRemote = false
        for line in logicalLines(text) {
            let line = trimmed(line)
            if line.first == "[" {
                let name = line.dropFirst().prefix { $0 != "]" && !$0.isWhitespace && $0 != "." }
                isRemote = name.lowercased() == "remote"
                continue
            }
            guard isRemote, let equals = line.firstIndex(of: "=") else { continue }
            guard trimmed(line[..<equals]).lowercased() == "url" else { continue }
            let url = value(line[line.index(after: equals)...])
            if !url.isEmpty { urls.append(url) }
        }
        return urls
    }

    /// The lines, with those joined that end in a backslash.
    private static func logicalLines(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var isContinued = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if isContinued, let last = lines.popLast() {
                lines.append(Substring(last.dropLast() + line))
            } else {
                lines.append(line)
            }
            isContinued = lines.last?.last == "\\"
        }
        return lines
    }

    /// The value without quotes, escapes and a comment behind it.
    private static func value(_ text: Substring) -> String {
        var result = ""
        var isQuoted = false
        var isEscaped = false
        for character in trimmed(text) {
            if isEscaped {
                result.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == "#" || character == ";" {
                break
            } else {
                result.append(character)
            }
        }
        return String(trimmed(result[...]))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
