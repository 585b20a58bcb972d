import YAML

extension Findings {
    /// The document's root, with what is refused in the text noted; nil where there is nothing to read.
    mutating func root(of bytes: [UInt8]) -> YAMLNode? {
        do {
            let document = try YAMLDocument(bytes)
            for refusal in document.refusals { add(refusal, in: bytes) }
            return document.root.flatMap { $0.isNull ? nil : $0 }
        } catch {
            add(error, in: bytes)
            return nil
        }
    }

    private mutating func add(_ error: YAMLError, in bytes: [UInt8]) {
        let hint = hint(for: error, in: bytes)
        add(line: error.line, column: error.column, .root, error.message, hint: hint)
    }

    private func hint(for error: YAMLError, in bytes: [UInt8]) -> String? {
        switch error.code {
        case .anchor, .mergeKey: return "write the values out where they are used"
        case .alias: return "write the value out; text that begins with * needs quotes"
        case .tag: return "remove it; text that begins with ! needs quotes"
        case .severalDocuments: return "one document to a file: remove the --- line"
        case .reader: return "the file must be text in UTF-8"
        case .duplicateKey: return "keep one of the two"
        case .scanner, .parser:
            switch character(atLine: error.line, column: error.column, in: bytes) {
            case UInt8(ascii: "\t"): return "indent with spaces, not with tabs"
            case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "%"), UInt8(ascii: "*"):
                return "put the text into quotes"
            default: break
            }
            if error.message.hasPrefix("while scanning an alias") { return "text that begins with * needs quotes" }
            if error.message.hasPrefix("while scanning a tag") { return "text that begins with ! needs quotes" }
            if error.message.hasSuffix("mapping values are not allowed in this context") {
                return "check the indentation; text with ': ' in it needs quotes"
            }
            return "check the indentation, and that every key is followed by ': '"
        default: return nil
        }
    }

    private func character(atLine line: Int, column: Int, in bytes: [UInt8]) -> UInt8? {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard line >= 1, lines.count >= line else { return nil }
        // Continuation bytes are no characters of their own.
        return lines[line - 1].filter { $0 & 0xc0 != 0x80 }.dropFirst(column - 1).first
    }

    /// The value, or everything that was found wrong.
    func verdict<Value>(_ value: Value?) throws(ConfigError) -> Value {
        guard let value, problems.isEmpty else {
            let unread = Problem(file: file, line: 0, column: 0, path: "", message: "the file cannot be read")
            throw ConfigError(problems: problems.isEmpty ? [unread] : problems)
        }
        return value
    }
}
