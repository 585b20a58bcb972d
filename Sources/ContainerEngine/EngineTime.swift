import Model

/// Reads the moments engines write.
enum EngineTime {
    /// RFC 3339 with any fraction and any offset; nil for anything else, and for Go's zero time,
    /// `0001-01-01T00:00:00Z`, which stands for never.
    static func moment(_ text: String?) -> Timestamp? {
        guard let text, text.utf8.count >= 20, !text.hasPrefix("0001-") else { return nil }
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        var index = 19
        var fraction = ""
        if bytes[index] == UInt8(ascii: ".") {
            let digits = bytes[(index + 1)...].prefix { (0x30...0x39).contains($0) }
            fraction = String(decoding: digits.prefix(3), as: UTF8.self)
            index = digits.endIndex
        }
        guard let offset = offsetMinutes(bytes[index...]) else { return nil }
        func pad(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let milliseconds = fraction + String(repeating: "0", count: 3 - fraction.count)
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
        let clock = "\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))"
        guard let local = Timestamp("\(date)T\(clock).\(milliseconds)Z") else { return nil }
        return local.advanced(by: .seconds(-60 * offset))
    }

    private static func offsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "Z" { return 0 }
        guard text.utf8.count == 6, let hours = Int64(text.dropFirst().prefix(2)),
            let minutes = Int64(text.suffix(2))
        else { return nil }
        return (text.hasPrefix("-") ? -1 : 1) * (hours * 60 + minutes)
    }
}
