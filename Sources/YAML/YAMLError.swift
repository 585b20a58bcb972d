/// Why a text cannot be read, or is refused, and where.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of thing is wrong.
    package let code: Code
    /// The function of libyaml that said so; empty where the refusal is our own.
    package let call: String
    /// What is wrong, in libyaml's words or ours.
    package let message: String
    /// The line, from 1; 0 where the text as a whole is meant.
    package let line: Int
    /// The column in characters, from 1; 0 where the text as a whole is meant.
    package let column: Int

    /// libyaml's `yaml_error_type_t`, and from 100 on what libyaml would take and we refuse.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// No memory.
        package static let memory = Self(rawValue: 1)
        /// Bytes that are no UTF-8 text.
        package static let reader = Self(rawValue: 2)
        /// Characters that form no token.
        package static let scanner = Self(rawValue: 3)
        /// Tokens that form no document.
        package static let parser = Self(rawValue: 4)
        /// An anchor: `&name`.
        package static let anchor = Self(rawValue: 100)
        /// An alias: `*name`.
        package static let alias = Self(rawValue: 101)
        /// A merge key: `<<`.
        package static let mergeKey = Self(rawValue: 102)
        /// A tag: `!name`.
        package static let tag = Self(rawValue: 103)
        /// A second document.
        package static let severalDocuments = Self(rawValue: 104)
        /// A key that its mapping has already.
        package static let duplicateKey = Self(rawValue: 105)
        /// A key that is no text.
        package static let complexKey = Self(rawValue: 106)
        /// Nested deeper than the limit.
        package static let tooDeep = Self(rawValue: 107)
        /// Longer than the limit.
        package static let tooLong = Self(rawValue: 108)
        /// More refusals than are worth listing.
        package static let tooMany = Self(rawValue: 109)
    }

    /// An error as given.
    package init(code: Code, call: String = "", message: String, line: Int, column: Int) {
        self.code = code
        self.call = call
        self.message = message
        self.line = line
        self.column = column
    }

    /// `3:5: found an alias`
    package var description: String { line > 0 ? "\(line):\(column): \(message)" : message }
}
