import Synchronization

/// A block of IPv4 addresses, `10.201.0.0/16`.
package struct SubnetBlock: Sendable, Hashable, CustomStringConvertible {
    /// The first address, as a number.
    package let address: UInt32
    /// How many bits are fixed.
    package let prefixLength: Int

    /// Takes a block; bits behind the prefix are cleared.
    package init(address: UInt32, prefixLength: Int) {
        self.address = address & Self.mask(prefixLength)
        self.prefixLength = prefixLength
    }

    /// Reads `10.201.0.0/16`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = Int(parts[1]), (0...32).contains(prefix) else { return nil }
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard bytes.count == 4 else { return nil }
        var address: UInt32 = 0
        for byte in bytes {
            guard let byte else { return nil }
            address = address << 8 | UInt32(byte)
        }
        self.init(address: address, prefixLength: prefix)
    }

    package var description: String {
        let bytes = [24, 16, 8, 0].map { String(address >> UInt32($0) & 255) }
        return bytes.joined(separator: ".") + "/\(prefixLength)"
    }

    /// Whether the two have an address in common.
    package func overlaps(_ other: Self) -> Bool {
        let shared = Self.mask(min(prefixLength, other.prefixLength))
        return address & shared == other.address & shared
    }

    private static func mask(_ prefixLength: Int) -> UInt32 {
        prefixLength == 0 ? 0 : ~UInt32(0) << UInt32(32 - prefixLength)
    }
}

/// Gives each environment's network a subnet of its own from one block.
///
/// What is in use is what the engine's networks say, each time anew; the pool itself only remembers
/// what it gave to passes that are under way, so that two of them never get the same.
package final class SubnetPool: Sendable {
    private let block: SubnetBlock
    private let prefixLength: Int
    private let reserved = Mutex<Set<SubnetBlock>>([])

    /// A pool over a block.
    package init(block: SubnetBlock) {
        self.block = block
        // 62 addresses for an environment, and 1024 environments, where the block is the usual /16:
        // larger subnets in a larger block, never under 30 addresses where there is the choice.
        prefixLength = max(block.prefixLength, min(max(block.prefixLength + 10, 24), 27))
    }

    /// The first subnet that overlaps none of those in use, reserved until ``giveBack(_:)``; nil when there is none.
    package func take(avoiding inUse: [SubnetBlock]) -> SubnetBlock? {
        reserved.withLock { reserved in
            guard let found = Self.free(in: block, prefixLength: prefixLength, avoiding: inUse + reserved) else {
                return nil
            }
            reserved.insert(found)
            return found
        }
    }

    /// The network has been made, and says itself that the subnet is in use; or it could not be made.
    package func giveBack(_ subnet: SubnetBlock) { reserved.withLock { _ = $0.remove(subnet) } }

    /// The first subnet of that size which overlaps none of those given.
    static func free(in block: SubnetBlock, prefixLength: Int, avoiding inUse: [SubnetBlock]) -> SubnetBlock? {
        let relevant = inUse.filter { $0.overlaps(block) }
        let size = UInt64(1) << UInt64(32 - prefixLength)
        let end = UInt64(block.address) + (UInt64(1) << UInt64(32 - block.prefixLength))
        // Sorted by address, what is in use is walked past once.
        var next = UInt64(block.address)
        for used in relevant.sorted(by: { $0.address < $1.address }) {
            let first = UInt64(used.address)
            let past = first + (UInt64(1) << UInt64(32 - used.prefixLength))
            if first >= next + size { break }
            next = max(next, (past + size - 1) / size * size)
        }
        guard next + size <= end else { return nil }
        return SubnetBlock(address: UInt32(next), prefixLength: prefixLength)
    }
}
