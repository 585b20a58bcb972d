import Glibc

/// Turns a record into a line of text: pure but for ``now()``.
package enum LogLine {
    /// The wall clock in RFC 3339, UTC, with seconds.
    package static func now() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func pad(_ value: Int32, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let date = "\(pad(parts.tm_year + 1900, 4))-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))"
        return "\(date)T\(pad(parts.tm_hour, 2)):\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2))Z"
    }

    /// One line without its line feed.
    package static func render(_ record: Log.Record, format: Log.Format, now: String) -> String {
        switch format {
        case .json:
            let members =
                [("time", now), ("level", record.level.name), ("message", record.message)]
                + record.fields.map { ($0.key, $0.value) }
            return "{" + members.map { "\(quoted($0.0)):\(quoted($0.1))" }.joined(separator: ",") + "}"
        case .text:
            return "\(now) \(record.level.name) \(plain(record.message))\(suffix(record))"
        case .journal:
            return "<\(record.level.rawValue)>\(plain(record.message))\(suffix(record))"
        }
    }

    private static func suffix(_ record: Log.Record) -> String {
        record.fields.map { field in
            let isBare =
                !field.value.isEmpty
                && field.value.unicodeScalars.allSatisfy { !isUnsafe($0) && !" \"=".unicodeScalars.contains($0) }
            return " \(field.key)=" + (isBare ? field.value : quoted(field.value))
        }.joined()
    }

    /// Whether a character could end the line, move a terminal's cursor or reorder what is read.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// The text on one line: unsafe characters become `\xHH`, byte by byte.
    private static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                for byte in String(scalar).utf8 {
                    let digits = String(byte, radix: 16)
                    result += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A JSON string (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default:
                if isUnsafe(scalar) {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                    }
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
