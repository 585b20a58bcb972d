/// A block of IPv4 addresses (RFC 4632): `10.201.0.0/16`.
package struct IPv4Block: Sendable, Hashable, CustomStringConvertible {
    /// The first address, as a number.
    package let address: UInt32
    /// How many leading bits all addresses share.
    package let prefixLength: Int

    /// Environments' networks are cut from this block unless the configuration says otherwise.
    package static let standard = Self(uncheckedAddress: 10 << 24 | 201 << 16, prefixLength: 16)

    private init(uncheckedAddress: UInt32, prefixLength: Int) {
        address = uncheckedAddress
        self.prefixLength = prefixLength
    }

    /// Reads `a.b.c.d/n` where the address is the block's first; nil for anything else.
    package init?(_ text: String) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let length = Self.number(halves[1], upTo: 32) else { return nil }
        let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let number = Self.number(part, upTo: 255) else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        let hostBits = length == 0 ? UInt32.max : UInt32((UInt64(1) << (32 - UInt64(length))) - 1)
        guard bits & hostBits == 0 else { return nil }
        address = bits
        prefixLength = length
    }

    /// The first address as text.
    package var addressText: String {
        [24, 16, 8, 0].map { String(address >> $0 & 255) }.joined(separator: ".")
    }

    package var description: String { "\(addressText)/\(prefixLength)" }

    private static func number(_ text: Substring, upTo limit: Int) -> Int? {
        guard text.utf8.count <= 3, let first = text.utf8.first, first != UInt8(ascii: "0") || text == "0",
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text), value <= limit
        else { return nil }
        return value
    }
}

extension IPv4Block {
    /// Whether the whole block is for private use (RFC 1918, and RFC 6598's shared space).
    package var isPrivate: Bool {
        ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].compactMap { Self($0) }.contains { outer in
            prefixLength >= outer.prefixLength
                && address >> (32 - UInt32(outer.prefixLength))
                    == outer.address >> (32 - UInt32(outer.prefixLength))
        }
    }
}
