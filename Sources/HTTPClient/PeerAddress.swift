/// The address of who is about to be connected to, as its name was resolved.
package struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four bytes, or sixteen.
    package let bytes: [UInt8]

    /// An address of four or sixteen bytes; nil for any other number.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Whether it belongs to the public internet: neither to this machine nor to a network of somebody's own.
    ///
    /// By the registries for special purposes: RFC 6890 and www.iana.org/assignments/iana-ipv4-special-registry,
    /// iana-ipv6-special-registry. An address that holds another one is judged by that.
    package var isPublic: Bool {
        if bytes.count == 4 { return Self.isPublic(bytes) }
        // IPv4-mapped, and NAT64 (RFC 6052).
        if has([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) || has([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return Self.isPublic(Array(bytes[12...]))
        }
        // 6to4 (RFC 3056).
        if has([0x20, 0x02]) { return Self.isPublic(Array(bytes[2..<6])) }
        let isSpecial =
            has([0x20, 0x01, 0x0d, 0xb8])  // documentation
            || bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2  // 2001::/23: Teredo, benchmarks and the like
        // 2000::/3 is all that has been given away for the internet.
        return bytes[0] & 0xe0 == 0x20 && !isSpecial
    }

    private func has(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }

    private static func isPublic(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): false
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): false
        default: true
        }
    }

    /// `192.0.2.1`, or eight groups of hexadecimal digits.
    package var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }.joined(separator: ":")
    }
}
