import FoundationEssentials
package import Model

/// A JSON text that is to be sent, put together from literals.
package indirect enum JSONBody: Sendable, Hashable, Encodable {
    /// A text.
    case text(String)
    /// A text that nobody may see.
    case secret(Secret<String>)
    /// A whole number.
    case number(Int)
    /// A truth value.
    case flag(Bool)
    /// Values in order.
    case list([JSONBody])
    /// Members by name; those without a value are left out.
    case object([String: JSONBody?])

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .secret(let value): try value.withValue { try container.encode($0) }
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let members): try container.encode(members.compactMapValues(\.self))
        }
    }

    /// The text, with its keys in order so that the same value has the same bytes.
    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, whole numbers and truth values can always be encoded.
        guard let data = try? encoder.encode(self) else { preconditionFailure("a JSON body of plain values") }
        return Array(data)
    }
}

extension JSONBody: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
    package init(integerLiteral value: Int) { self = .number(value) }
}
