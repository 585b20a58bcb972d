package import Model

/// Moments as hosts write them.
package enum HostMoment {
    /// RFC 3339 with any number of decimals and any offset, cut to milliseconds; nil for anything else.
    package static func timestamp(_ text: String) -> Timestamp? {
        guard text.utf8.count >= 20, text.utf8.count <= 40, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let clock = text.prefix(19)
        var rest = text.dropFirst(19)
        var decimals = ""
        if rest.first == "." {
            decimals = String(rest.dropFirst().prefix(while: \.isNumber))
            rest = rest.dropFirst(1 + decimals.count)
        }
        let milliseconds = (decimals + "000").prefix(3)
        guard let moment = Timestamp("\(clock).\(milliseconds)Z"), let offset = offset(rest) else { return nil }
        return moment.advanced(by: .seconds(-offset))
    }

    /// `Z` or `+02:00`, in seconds.
    private static func offset(_ text: Substring) -> Int? {
        if text == "Z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard text.first == "+" || text.first == "-", parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), hours < 24, minutes < 60
        else { return nil }
        return (text.first == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// The moment to the second, as every host takes it: `2026-01-31T09:05:00Z`.
    static func text(_ moment: Timestamp) -> String { moment.description.prefix(19) + "Z" }

    /// The `Date` of an answer: `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 section 5.6.7; nil for anything else.
    package static func httpDate(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else {
            return nil
        }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp("\(words[3])-\(number)-\(words[1])T\(words[4]).000Z")
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
