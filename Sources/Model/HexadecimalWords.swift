/// Eight bytes at a time as hexadecimal digits and back: what identifies things is compared and hashed as numbers.
enum HexadecimalWords {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The number that so many digits of either case write, at most 16; nil when one of them is none.
    static func word(_ text: Substring.UTF8View) -> UInt64? {
        var result: UInt64 = 0
        for digit in text {
            switch digit {
            case 0x30...0x39: result = result << 4 | UInt64(digit - 0x30)
            case 0x61...0x66: result = result << 4 | UInt64(digit - 0x61 + 10)
            case 0x41...0x46: result = result << 4 | UInt64(digit - 0x41 + 10)
            default: return nil
            }
        }
        return result
    }

    /// The lower-case digits of numbers, so many of each, from the highest.
    static func text(_ words: (word: UInt64, digits: Int)...) -> String {
        let count = words.reduce(0) { $0 + $1.digits }
        return String(unsafeUninitializedCapacity: count) { buffer in
            var place = 0
            for (word, width) in words {
                for digit in (0..<width).reversed() {
                    buffer[place] = digits[Int(word >> (4 * UInt64(digit)) & 15)]
                    place += 1
                }
            }
            return place
        }
    }
}
