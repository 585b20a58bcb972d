import Model

/// Goes over a JSON text once and notes where each value is.
struct JSONScan {
    let bytes: [UInt8]
    private var at = 0
    private(set) var nodes: [JSONDocument.Node] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 16 + 8)
    }

    /// Reads one value and nothing else; false when that is not what there is.
    mutating func run() -> Bool {
        skipSpace()
        guard value(depth: 0) else { return false }
        skipSpace()
        return at == bytes.count
    }

    private var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        guard at < bytes.count, bytes[at] <= 0x20 else { return }
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0a || bytes[at] == 0x0d || bytes[at] == 0x09 {
            at += 1
        }
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard byte == wanted else { return false }
        at += 1
        return true
    }

    private mutating func open(_ kind: JSONDocument.Node.Kind, at start: Int) -> Int {
        nodes.append(.init(kind: kind, start: UInt32(start), end: UInt32(start), next: 0))
        return nodes.count - 1
    }

    private mutating func close(_ index: Int, at end: Int) {
        nodes[index].end = UInt32(end)
        nodes[index].next = UInt32(nodes.count)
    }

    private mutating func value(depth: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "{"): list(.object, end: UInt8(ascii: "}"), depth: depth)
        case UInt8(ascii: "["): list(.array, end: UInt8(ascii: "]"), depth: depth)
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): word("true", .yes)
        case UInt8(ascii: "f"): word("false", .no)
        case UInt8(ascii: "n"): word("null", .null)
        default: number()
        }
    }

    private mutating func list(_ kind: JSONDocument.Node.Kind, end: UInt8, depth: Int) -> Bool {
        guard depth < JSONDocument.depthLimit else { return false }
        let index = open(kind, at: at)
        at += 1
        skipSpace()
        if take(end) {
            close(index, at: at)
            return true
        }
        while true {
            if kind == .object {
                guard byte == UInt8(ascii: "\""), string() else { return false }
                skipSpace()
                guard take(UInt8(ascii: ":")) else { return false }
                skipSpace()
            }
            guard value(depth: depth + 1) else { return false }
            skipSpace()
            if take(end) {
                close(index, at: at)
                return true
            }
            guard take(UInt8(ascii: ",")) else { return false }
            skipSpace()
        }
    }

    private mutating func string() -> Bool {
        at += 1
        let start = at
        var isEscaped = false
        while true {
            at = endOfPlainText(from: at)
            switch byte {
            case UInt8(ascii: "\""):
                nodes.append(
                    .init(
                        kind: isEscaped ? .escapedString : .string, start: UInt32(start), end: UInt32(at),
                        next: UInt32(nodes.count + 1)))
                at += 1
                return true
            case UInt8(ascii: "\\"):
                at += 1
                isEscaped = true
                guard escape() else { return false }
            default: return false
            }
        }
    }

    /// Where a quote, a backslash or a control character comes next; most of a payload is gone over here.
    private func endOfPlainText(from start: Int) -> Int {
        let bytes = bytes
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            index += 1
        }
        return index
    }

    private mutating func escape() -> Bool {
        guard let letter = byte else { return false }
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return true
        case UInt8(ascii: "u"):
            guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy(\.isHexDigit) else { return false }
            at += 4
            return true
        default: return false
        }
    }

    private mutating func word(_ text: StaticString, _ kind: JSONDocument.Node.Kind) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        let isSame = text.withUTF8Buffer { $0.elementsEqual(bytes[at..<at + count]) }
        guard isSame else { return false }
        let index = open(kind, at: at)
        at += count
        close(index, at: at)
        return true
    }

    private mutating func digits() -> Bool {
        let start = at
        while let byte, (0x30...0x39).contains(byte) { at += 1 }
        return at > start
    }

    private mutating func number() -> Bool {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), !digits() { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() else { return false }
        }
        let index = open(.number, at: start)
        close(index, at: at)
        return true
    }
}
