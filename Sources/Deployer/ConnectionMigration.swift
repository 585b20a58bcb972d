import Glibc

/// Whether the kernel moves connections that wait at a listener that closes to another one on the same port.
///
/// Caddy opens a new listener for every change of its configuration and closes the old one. Connections that were
/// waiting at the old one are reset, unless `net.ipv4.tcp_migrate_req` is 1 (Linux 5.14, ip-sysctl.rst).
package enum ConnectionMigration {
    private static let path = "/proc/sys/net/ipv4/tcp_migrate_req"

    /// The command that switches it on.
    package static let command = "sysctl -w net.ipv4.tcp_migrate_req=1"

    /// Whether it is on; nil where the kernel does not know it.
    package static var isOn: Bool? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        guard read(descriptor, &byte, 1) == 1 else { return nil }
        return byte == UInt8(ascii: "1")
    }
}
