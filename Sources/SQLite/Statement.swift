import CSQLite

/// One prepared statement, lent by a ``Connection`` for the time of a closure.
///
/// Columns are read after ``step()`` has returned true, and counted from 0. Must not outlive its connection.
package struct Statement: ~Copyable {
    private let handle: OpaquePointer

    /// Takes over a statement; it is finalised when the value dies, unless ``take()`` comes first.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    /// Hands the statement back, ready to be used again.
    consuming func take() -> OpaquePointer {
        let handle = handle
        discard self
        // The status repeats the error of the last step, which has been thrown already.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        return handle
    }

    /// Binds a value to a parameter, counted from 1.
    package borrowing func bind(_ value: Value, at index: Int) throws(SQLiteError) {
        let position = Int32(index)
        let status: Int32
        switch value {
        case .integer(let integer):
            status = sqlite3_bind_int64(handle, position, integer)
        case .text(let text):
            var text = text
            status = text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    // A length that was clamped is beyond SQLite's limit and refused.
                    guard let base = characters.baseAddress else {
                        return slipway_sqlite3_bind_text(handle, position, "", 0)
                    }
                    return slipway_sqlite3_bind_text(handle, position, base, Int32(clamping: characters.count))
                }
            }
        case .blob(let bytes):
            status = bytes.withUnsafeBytes { buffer in
                slipway_sqlite3_bind_blob(handle, position, buffer.baseAddress, Int32(clamping: buffer.count))
            }
        case .null:
            status = sqlite3_bind_null(handle, position)
        }
        try check("sqlite3_bind", status, on: sqlite3_db_handle(handle))
    }

    /// Binds the values to the parameters in order; there must be exactly as many.
    package borrowing func bind(_ values: [Value]) throws(SQLiteError) {
        precondition(
            Int(sqlite3_bind_parameter_count(handle)) == values.count,
            "a statement is given as many values as it has parameters")
        for (index, value) in values.enumerated() { try bind(value, at: index + 1) }
    }

    /// Moves on to the next row; false when there is none.
    package borrowing func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let status: throw .last(of: sqlite3_db_handle(handle), call: "sqlite3_step", status: status)
        }
    }

    /// Whether the column is NULL.
    package borrowing func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// The column as an integer; 0 for NULL.
    package borrowing func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    /// The column as an integer; nil for NULL.
    package borrowing func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }

    /// Whether the column is an integer other than 0.
    package borrowing func flag(_ column: Int) -> Bool { integer(column) != 0 }

    /// The column as text; empty for NULL.
    package borrowing func text(_ column: Int) -> String {
        // The order matters: sqlite3_column_text may convert, and sqlite3_column_bytes counts what it made
        // (https://www.sqlite.org/c3ref/column_blob.html).
        guard let start = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The column as text; nil for NULL.
    package borrowing func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    /// The column as bytes; empty for NULL.
    package borrowing func bytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The column as bytes; nil for NULL.
    package borrowing func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}
