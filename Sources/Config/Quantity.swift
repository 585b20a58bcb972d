/// Decimal digits without leading zeros, perhaps with a minus: what is read as a number at all.
struct WholeNumber: Sendable {
    /// The number; nil when it does not fit.
    let value: Int?

    init?(_ text: String) {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            first != UInt8(ascii: "0") || digits.utf8.count == 1
        else { return nil }
        value = Int(text)
    }
}

/// Amounts with their units, read and written.
enum Quantity {
    private static let timeUnits: [(suffix: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    private static let byteUnits: [(suffix: String, bytes: Int)] = [("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30)]

    /// Reads `10s`; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        guard let unit = timeUnits.first(where: { text.hasSuffix($0.suffix) && digits(text, $0.suffix) != nil }),
            let count = digits(text, unit.suffix)
        else { return nil }
        let (milliseconds, isTooMuch) = count.multipliedReportingOverflow(by: unit.milliseconds)
        // A century is more than any field allows, and far from where Duration's own arithmetic would trap.
        return isTooMuch || milliseconds > 3_155_760_000_000 ? nil : .milliseconds(milliseconds)
    }

    /// Reads `256Mi`; nil for anything else.
    static func bytes(_ text: String) -> Int? {
        guard let unit = byteUnits.first(where: { text.hasSuffix($0.suffix) }), let count = digits(text, unit.suffix)
        else { return nil }
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: unit.bytes)
        return isTooMuch ? nil : bytes
    }

    /// The duration with the largest unit that leaves no rest.
    static func text(_ duration: Duration) -> String {
        let parts = duration.components
        let milliseconds = Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000)
        guard milliseconds != 0 else { return "0s" }
        let unit = timeUnits.last { milliseconds.isMultiple(of: $0.milliseconds) }
        return unit.map { "\(milliseconds / $0.milliseconds)\($0.suffix)" } ?? "\(milliseconds)ms"
    }

    /// The size with the largest unit that leaves no rest.
    static func text(bytes: Int) -> String {
        let unit = byteUnits.last { bytes.isMultiple(of: $0.bytes) }
        return unit.map { "\(bytes / $0.bytes)\($0.suffix)" } ?? "\(bytes)"
    }

    /// What was probably meant by `512m`, `512M`, `512MB` or `1g`.
    static func likelyBytes(_ text: String) -> String? {
        let lower = text.lowercased()
        let number = lower.prefix { $0.isASCII && $0.isNumber }
        guard WholeNumber(String(number)) != nil, number != "0" else { return nil }
        switch lower.dropFirst(number.count) {
        case "k", "kb", "kib", "ki": return "\(number)Ki"
        case "", "m", "mb", "mib", "mi": return "\(number)Mi"
        case "g", "gb", "gib", "gi": return "\(number)Gi"
        default: return nil
        }
    }

    /// What was probably meant by `2` or `0.5`.
    static func likelyMillis(_ text: String) -> Int? {
        guard let processors = Double(text), processors > 0, processors < 10_000 else { return nil }
        return Int(processors * 1000)
    }

    private static func digits(_ text: String, _ suffix: String) -> Int? {
        let rest = String(text.dropLast(suffix.count))
        guard !rest.hasPrefix("-"), let number = WholeNumber(rest) else { return nil }
        return number.value
    }
}
