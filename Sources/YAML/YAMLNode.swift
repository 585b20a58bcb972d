/// One node of a YAML document, and where it begins.
///
/// Scalars stay text: what `no`, `1_000` or `08` mean is decided by whoever reads a typed field.
package struct YAMLNode: Sendable, Hashable {
    /// What it is.
    package let content: Content
    /// The line it begins on, from 1.
    package let line: Int
    /// The column it begins at, in characters from 1.
    package let column: Int

    /// What a node is.
    package enum Content: Sendable, Hashable {
        /// Text, as written or unquoted.
        case scalar(String, Style)
        /// Pairs in the order of the text; no key occurs twice.
        case mapping([Entry])
        /// Items in the order of the text.
        case sequence([YAMLNode])
        /// Something that is refused, such as an alias; reported beside the tree.
        case refused
    }

    /// How a scalar is written.
    package enum Style: Sendable, Hashable {
        /// Without quotes.
        case plain
        /// Within quotes of either kind.
        case quoted
        /// As a block behind `|` or `>`.
        case block
    }

    /// One pair of a mapping.
    package struct Entry: Sendable, Hashable {
        /// The key's text.
        package let key: String
        /// The line the key begins on, from 1.
        package let line: Int
        /// The column the key begins at, in characters from 1.
        package let column: Int
        /// What the key stands for.
        package let value: YAMLNode

        /// A pair as given.
        package init(key: String, line: Int, column: Int, value: YAMLNode) {
            self.key = key
            self.line = line
            self.column = column
            self.value = value
        }
    }

    /// A node as given.
    package init(content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    /// What the key stands for; nil when this is no mapping or has no such key.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The item at that place; nil when this is no sequence or is shorter.
    package subscript(index: Int) -> YAMLNode? {
        guard case .sequence(let items) = content, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
