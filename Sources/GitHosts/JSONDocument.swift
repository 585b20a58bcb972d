/// A JSON text (RFC 8259) that was read in full once: a flat list of where each value begins and ends.
///
/// Made for large payloads of which a few members are wanted: nothing is decoded before it is asked for.
package final class JSONDocument: Sendable {
    struct Node: Sendable {
        enum Kind: UInt8, Sendable {
            case object, array, string, escapedString, number, yes, no, null
        }
        let kind: Kind
        /// The first byte of the text; behind the quote for a string.
        let start: UInt32
        /// The byte behind the text.
        var end: UInt32
        /// The node behind this value and all it contains.
        var next: UInt32
    }

    let bytes: [UInt8]
    let nodes: [Node]

    /// How deep arrays and objects may be nested.
    package static let depthLimit = 32

    /// Reads a text; nil when it is not JSON, is nested too deeply, or has 4 GiB.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count < UInt32.max else { return nil }
        var scan = JSONScan(bytes: bytes)
        guard scan.run() else { return nil }
        self.bytes = bytes
        nodes = scan.nodes
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// One value of a document.
package struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }

    /// The member of that name; nil when there is none, when it is null, or when this is no object.
    package subscript(_ name: String) -> JSONValue? {
        let nodes = document.nodes
        guard nodes[index].kind == .object else { return nil }
        let wanted = name.utf8
        let end = Int(nodes[index].next)
        var at = index + 1
        while at < end {
            let key = nodes[at]
            let isLongEnough = key.kind == .escapedString || Int(key.end - key.start) == wanted.count
            if isLongEnough, JSONValue(document: document, index: at).isText(wanted) {
                return nodes[at + 1].kind == .null ? nil : JSONValue(document: document, index: at + 1)
            }
            at = Int(nodes[at + 1].next)
        }
        return nil
    }

    /// The names of the object's members, in order; nil when this is no object.
    package var memberNames: [String]? {
        guard node.kind == .object else { return nil }
        var names: [String] = []
        var at = index + 1
        while at < Int(node.next) {
            names.append(JSONValue(document: document, index: at).string ?? "")
            at = Int(document.nodes[at + 1].next)
        }
        return names
    }

    /// Whether this is an array.
    package var isArray: Bool { node.kind == .array }

    /// The array's elements; none when this is no array.
    package var elements: [JSONValue] {
        guard node.kind == .array else { return [] }
        var result: [JSONValue] = []
        var at = index + 1
        while at < Int(node.next) {
            result.append(JSONValue(document: document, index: at))
            at = Int(document.nodes[at].next)
        }
        return result
    }

    /// The text of a string, broken UTF-8 repaired; nil when this is none.
    package var string: String? {
        switch node.kind {
        case .string: String(decoding: document.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
        case .escapedString: String(decoding: unescaped, as: UTF8.self)
        default: nil
        }
    }

    /// The value of a whole number; nil when this is none.
    package var integer: Int? {
        guard node.kind == .number else { return nil }
        return Int(String(decoding: document.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self))
    }

    /// The value of a truth value; nil when this is none.
    package var bool: Bool? {
        switch node.kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    private func isText(_ wanted: String.UTF8View) -> Bool {
        if node.kind == .escapedString { return unescaped.elementsEqual(wanted) }
        guard Int(node.end - node.start) == wanted.count else { return false }
        return document.bytes[Int(node.start)..<Int(node.end)].elementsEqual(wanted)
    }

    private var unescaped: [UInt8] {
        var result: [UInt8] = []
        var at = Int(node.start)
        let bytes = document.bytes
        func unit() -> UInt32 {
            defer { at += 4 }
            return UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16) ?? 0
        }
        while at < Int(node.end) {
            guard bytes[at] == UInt8(ascii: "\\") else {
                result.append(bytes[at])
                at += 1
                continue
            }
            let letter = bytes[at + 1]
            at += 2
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var value = unit()
                if (0xd800..<0xdc00).contains(value), at + 6 <= Int(node.end), bytes[at] == UInt8(ascii: "\\"),
                    bytes[at + 1] == UInt8(ascii: "u")
                {
                    let mark = at
                    at += 2
                    let low = unit()
                    if (0xdc00..<0xe000).contains(low) {
                        value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
                    } else {
                        at = mark
                    }
                }
                // A lone surrogate stands for no character: RFC 8259, section 8.2.
                result.append(contentsOf: Character(Unicode.Scalar(value) ?? "\u{fffd}").utf8)
            default: result.append(letter)
            }
        }
        return result
    }
}
