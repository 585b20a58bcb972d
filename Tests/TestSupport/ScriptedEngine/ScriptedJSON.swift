/// JSON as the scripted engine answers it.
enum ScriptedJSON: Sendable {
    case text(String)
    case number(Int64)
    case flag(Bool)
    case list([ScriptedJSON])
    case object([(String, ScriptedJSON)])
    case null

    /// An object of texts, its keys in order.
    static func texts(_ values: [String: String]) -> Self {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
    }

    /// The text of it (RFC 8259).
    var encoded: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        case .list(let values): "[" + values.map(\.encoded).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.0) + ":" + $0.1.encoded }.joined(separator: ",") + "}"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\" + String(scalar)
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension ScriptedJSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int64) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension ScriptedJSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: ScriptedJSON...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, ScriptedJSON)...) { self = .object(elements) }
}
