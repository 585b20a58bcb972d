import FoundationEssentials
import Model
import SQLite

/// Model values as JSON text, keys sorted so that equal values are equal text.
enum Coding {
    static func text(of value: some Encodable) throws(SQLiteError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw .unreadable("a record of type \(type(of: value))", "\(error)")
        }
    }

    static func value<Value: Decodable>(
        _ type: Value.Type, in text: String, of what: String
    ) throws(SQLiteError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw .unreadable(what, "\(error)")
        }
    }
}

extension Statement {
    /// The column's JSON as a value; `what` names the record in an error.
    borrowing func record<Value: Decodable>(
        _ type: Value.Type, _ column: Int, of what: String
    ) throws(SQLiteError)
        -> Value
    {
        try Coding.value(type, in: text(column), of: what)
    }

    /// The column's text as a value that has a checked form; nil for NULL.
    borrowing func optional<Value>(
        _ column: Int, of what: String, _ reading: (String) -> Value?
    ) throws(SQLiteError) -> Value? {
        guard let text = optionalText(column) else { return nil }
        guard let value = reading(text) else { throw .unreadable(what, "'\(text)' is not well formed") }
        return value
    }

    /// The column's text as a value that has a checked form.
    borrowing func required<Value>(
        _ column: Int, of what: String, _ reading: (String) -> Value?
    ) throws(SQLiteError) -> Value {
        guard let value = try optional(column, of: what, reading) else { throw .unreadable(what, "it is missing") }
        return value
    }

    /// The column's milliseconds as a moment.
    borrowing func moment(_ column: Int) -> Timestamp { Timestamp(milliseconds: integer(column)) }
}
