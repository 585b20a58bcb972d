import Crypto
import Model

/// Bytes that mean one thing only, for hashing: every piece carries its length, every list its count.
///
/// The form is part of what is remembered: whoever changes what is written changes the format number.
struct CanonicalForm {
    private(set) var bytes: [UInt8] = []

    /// Begins a form of that name and format number.
    init(_ name: String, format: Int) {
        add(name)
        add(format)
    }

    /// Adds bytes.
    mutating func add(_ piece: some Collection<UInt8>) {
        bytes += Array("\(piece.count):".utf8)
        bytes += piece
    }

    /// Adds text.
    mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// Adds a number.
    mutating func add(_ number: some FixedWidthInteger) { bytes += Array("#\(number);".utf8) }

    /// Adds a yes or a no.
    mutating func add(_ flag: Bool) { bytes.append(UInt8(ascii: flag ? "y" : "n")) }

    /// Adds a duration, exactly.
    mutating func add(_ duration: Duration) {
        add(duration.components.seconds)
        add(duration.components.attoseconds)
    }

    /// Adds what may not be there.
    mutating func add<Value>(_ value: Value?, _ body: (inout CanonicalForm, Value) -> Void) {
        add(value != nil)
        if let value { body(&self, value) }
    }

    /// Adds a list with its count.
    mutating func add<Values: Collection>(list: Values, _ body: (inout CanonicalForm, Values.Element) -> Void) {
        add(list.count)
        for value in list { body(&self, value) }
    }

    /// Adds a table, ordered by its names' bytes.
    mutating func add(table: [String: String]) {
        let rows = table.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
        add(list: rows) { form, row in
            form.add(row.key)
            form.add(row.value)
        }
    }

    /// The SHA-256 of all of it.
    var digest: Digest {
        guard let digest = Digest(bytes: SHA256.digest(of: bytes)) else {
            preconditionFailure("a SHA-256 has 32 bytes")
        }
        return digest
    }
}
