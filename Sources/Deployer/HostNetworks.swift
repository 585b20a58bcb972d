import Glibc

/// The networks that this machine is in already, whoever made them.
enum HostNetworks {
    /// The IPv4 blocks of the machine's interfaces: getifaddrs(3).
    ///
    /// Two bridges with one subnet would send packets to the wrong one. The engine knows only its own networks; another
    /// engine, or the machine's own connections, may have taken a block.
    static func blocks() -> [SubnetBlock] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var blocks: [SubnetBlock] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = ipv4(entry.pointee.ifa_addr), let mask = ipv4(entry.pointee.ifa_netmask) else {
                continue
            }
            blocks.append(SubnetBlock(address: address, prefixLength: mask.nonzeroBitCount))
        }
        return blocks
    }

    private static func ipv4(_ address: UnsafeMutablePointer<sockaddr>?) -> UInt32? {
        guard let address, address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
    }
}
