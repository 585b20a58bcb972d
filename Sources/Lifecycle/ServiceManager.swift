import Glibc

/// Tells the service manager how far the daemon is: the protocol of sd_notify(3), a datagram to `$NOTIFY_SOCKET`.
package struct ServiceManager: Sendable {
    private let path: String?

    /// Takes the address from `$NOTIFY_SOCKET`; without one, nobody is told anything.
    package init(environment address: String? = getenv("NOTIFY_SOCKET").map { String(cString: $0) }) {
        path = address
    }

    /// The daemon does its work from now on.
    package func ready(status: String) { send("READY=1\nSTATUS=\(status)\n") }

    /// The daemon is about to end.
    package func stopping() { send("STOPPING=1\n") }

    private func send(_ text: String) {
        guard let path, !path.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A name that begins with @ is in the abstract namespace: unix(7), "abstract".
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let message = Array(text.utf8)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
