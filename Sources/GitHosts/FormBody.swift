/// A body of `application/x-www-form-urlencoded`.
enum FormBody {
    /// The decoded value of the first field of that name; nil when there is none or its encoding is broken.
    static func value(of name: String, in body: [UInt8]) -> [UInt8]? {
        let prefix = Array((name + "=").utf8)
        for field in body.split(separator: UInt8(ascii: "&")) where field.starts(with: prefix) {
            return decoded(field.dropFirst(prefix.count))
        }
        return nil
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): result.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                result.append(high << 4 | low)
            default: result.append(byte)
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
