/// What a request asks for: the path's segments and the query's items, decoded once and strictly.
package struct RequestTarget: Sendable, Hashable {
    /// One `name=value` of a query.
    package struct Item: Sendable, Hashable {
        /// The name, decoded.
        package let name: String
        /// The value, decoded; empty where there is none.
        package let value: String

        /// An item as given.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The path's segments, decoded; none for `/`.
    package let segments: [String]
    /// The query's items, in order.
    package let query: [Item]

    /// A target as given.
    package init(segments: [String], query: [Item] = []) {
        self.segments = segments
        self.query = query
    }

    /// Reads an origin-form target (RFC 9112, section 3.2.1); nil for every other form and for doubtful encodings.
    ///
    /// Refused are raw bytes outside printable ASCII, broken `%HH`, decoded control characters and slashes,
    /// text that is not UTF-8, and segments that are empty (but for the last), `.` or `..`.
    package init?(parsing target: some Collection<UInt8>) {
        guard target.first == UInt8(ascii: "/"), target.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x23 }) else {
            return nil
        }
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        let path = target[..<(mark ?? target.endIndex)].dropFirst()
        var segments: [String] = []
        if !path.isEmpty {
            let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                guard let segment = Self.decoded(part, plusIsSpace: false), !segment.utf8.contains(UInt8(ascii: "/")),
                    segment != ".", segment != "..", !segment.isEmpty || index == parts.count - 1
                else { return nil }
                segments.append(segment)
            }
        }
        var query: [Item] = []
        if let mark {
            for part in target[target.index(after: mark)...].split(separator: UInt8(ascii: "&")) {
                let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
                let rest = equals == part.endIndex ? part[equals...] : part[part.index(after: equals)...]
                guard let name = Self.decoded(part[..<equals], plusIsSpace: true),
                    let value = Self.decoded(rest, plusIsSpace: true)
                else { return nil }
                query.append(Item(name: name, value: value))
            }
        }
        self.init(segments: segments, query: query)
    }

    /// The text behind percent-encoding (RFC 3986, section 2.1); nil when it is broken or not plain text.
    private static func decoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexadecimal), let low = iterator.next().flatMap(hexadecimal)
                else { return nil }
                result.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: result.append(0x20)
            default: result.append(byte)
            }
        }
        guard result.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return nil }
        return String(validating: result, as: UTF8.self)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
