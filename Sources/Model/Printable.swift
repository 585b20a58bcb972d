/// Text that is safe on a terminal, in a log and in a label, whatever the bytes were.
///
/// Control characters, invalid UTF-8 and the invisible characters that reorder or hide text
/// (bidirectional controls, zero-width characters) become `\xHH`, byte by byte.
package func printable(_ bytes: some Sequence<UInt8>) -> String {
    if let plain = plainText(bytes) { return plain }
    var result = ""
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = Array(bytes).makeIterator()
    while true {
        switch decoder.parseScalar(from: &iterator) {
        case .emptyInput:
            return result
        case .valid(let encoded):
            let scalar = Unicode.UTF8.decode(encoded)
            if isVisible(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                for byte in encoded { result += escape(byte) }
            }
        case .error:
            return printableLossless(bytes)
        }
    }
}

/// The text of bytes that are all printable ASCII, as nearly all names are; nil for others.
private func plainText(_ bytes: some Sequence<UInt8>) -> String? {
    for byte in bytes where byte < 0x20 || byte > 0x7e { return nil }
    return String(decoding: Array(bytes), as: UTF8.self)
}

/// The same for bytes that are not valid UTF-8: every byte beyond ASCII is escaped.
private func printableLossless(_ bytes: some Sequence<UInt8>) -> String {
    var result = ""
    for byte in bytes {
        if byte >= 0x20, byte < 0x7f {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            result += escape(byte)
        }
    }
    return result
}

private func escape(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "\\x0" + digits : "\\x" + digits
}

private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    // Fillers that are letters to Unicode and nothing to the eye; variation selectors only choose a glyph.
    default: !scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isVariationSelector
    }
}
