/// One YAML document as a tree, with everything refused in it.
package struct YAMLDocument: Sendable, Hashable {
    /// The tree; nil where the text holds no document.
    package let root: YAMLNode?
    /// What is refused without spoiling the rest of the tree, in the order of the text.
    package let refusals: [YAMLError]

    /// What is read at most.
    package struct Limits: Sendable, Hashable {
        /// The length of the text.
        package var bytes: Int
        /// How deep collections nest; a flat list is one deep.
        package var depth: Int

        /// Far above what people write, far below what hurts.
        package init(bytes: Int = 256 << 10, depth: Int = 32) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    /// Reads a text of one document without anchors, aliases, merge keys, tags or duplicate keys.
    ///
    /// Throws what leaves no tree to speak of; the rest is among the refusals.
    package init(_ bytes: [UInt8], limits: Limits = .init()) throws(YAMLError) {
        guard bytes.count <= limits.bytes else {
            throw YAMLError(
                code: .tooLong, message: "the text is longer than \(limits.bytes >> 10) KiB", line: 0, column: 0)
        }
        var builder = TreeBuilder(stream: try EventStream(bytes), limits: limits)
        root = try builder.document()
        refusals = builder.refusals
    }
}

/// Makes a tree of events.
private struct TreeBuilder: ~Copyable {
    private var stream: EventStream
    private let limits: YAMLDocument.Limits
    private(set) var refusals: [YAMLError] = []
    private static let refusalLimit = 100

    init(stream: consuming EventStream, limits: YAMLDocument.Limits) {
        self.stream = stream
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try stream.next()
            switch event.kind {
            case .streamEnd:
                return root
            case .documentStart:
                guard root == nil else { throw refusal(.severalDocuments, "a second document begins here", at: event) }
                root = try node(try stream.next(), depth: 0)
            default:
                break
            }
        }
    }

    private mutating func node(_ event: EventStream.Event, depth: Int) throws(YAMLError) -> YAMLNode {
        if event.hasAnchor { try refuse(.anchor, "anchors (&name) are refused", at: event) }
        if event.hasTag { try refuse(.tag, "tags (!name) are refused", at: event) }
        switch event.kind {
        case .scalar(let text, let style):
            return YAMLNode(content: .scalar(text, style), line: event.line, column: event.column)
        case .sequenceStart:
            try checkDepth(depth, at: event)
            return YAMLNode(content: .sequence(try items(depth: depth)), line: event.line, column: event.column)
        case .mappingStart:
            try checkDepth(depth, at: event)
            return YAMLNode(content: .mapping(try entries(depth: depth)), line: event.line, column: event.column)
        case .alias:
            try refuse(.alias, "aliases (*name) are refused", at: event)
            return YAMLNode(content: .refused, line: event.line, column: event.column)
        default:
            throw refusal(.parser, "a value is missing", at: event)
        }
    }

    private mutating func items(depth: Int) throws(YAMLError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try stream.next()
            if case .collectionEnd = event.kind { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func entries(depth: Int) throws(YAMLError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var seen: [String: Int] = [:]
        while true {
            let event = try stream.next()
            if case .collectionEnd = event.kind { return entries }
            let key = try node(event, depth: depth + 1)
            let value = try node(try stream.next(), depth: depth + 1)
            guard case .scalar(let text, let style) = key.content else {
                // An alias was refused already.
                if key.content != .refused { try refuse(.complexKey, "only text can be a key", at: event) }
                continue
            }
            if text == "<<", style == .plain {
                try refuse(.mergeKey, "merge keys (<<) are refused", at: event)
            } else if let line = seen[text] {
                try refuse(.duplicateKey, "duplicate key: it stands already on line \(line)", at: event)
            } else {
                seen[text] = key.line
                entries.append(YAMLNode.Entry(key: text, line: key.line, column: key.column, value: value))
            }
        }
    }

    private func checkDepth(_ depth: Int, at event: EventStream.Event) throws(YAMLError) {
        guard depth < limits.depth else {
            throw refusal(.tooDeep, "nested deeper than \(limits.depth) levels", at: event)
        }
    }

    private mutating func refuse(
        _ code: YAMLError.Code, _ message: String, at event: EventStream.Event
    ) throws(YAMLError) {
        guard refusals.count < Self.refusalLimit else { throw refusal(.tooMany, "and more of the kind", at: event) }
        refusals.append(refusal(code, message, at: event))
    }

    private func refusal(_ code: YAMLError.Code, _ message: String, at event: EventStream.Event) -> YAMLError {
        YAMLError(code: code, message: message, line: event.line, column: event.column)
    }
}
