import Glibc

/// A client that sends bytes as they are and reads until the other end closes.
package final class RawClient: Sendable {
    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1.
    package init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return nil }
    }

    /// Connects to a Unix socket.
    package init?(path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return nil }
    }

    deinit { close(descriptor) }

    /// Sends all the bytes, as far as the other end takes them.
    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all the bytes, as far as the other end takes them.
    package func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Says that nothing more will be sent, and goes on reading.
    package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends bytes again and again until the other end takes no more, or there were so many; how many it took.
    package func flood(_ bytes: [UInt8], upTo limit: Int) -> Int {
        var sent = 0
        while sent < limit {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return sent }
            sent += count
        }
        return sent
    }

    /// Sends what the kernel takes at once; false when the other end is gone.
    @discardableResult
    package func sendSome(_ bytes: [UInt8]) -> Bool {
        let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        return count >= 0 || errno == EAGAIN
    }

    /// The next bytes; empty when the other end has closed, nil when nothing comes for that long.
    package func receive(milliseconds: Int32 = 10_000) -> [UInt8]? {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0 else { return nil }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : []
    }

    /// Everything until the other end closes; nil when it does not.
    package func receiveToEnd() -> String? {
        var all: [UInt8] = []
        while let more = receive() {
            if more.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += more
        }
        return nil
    }

    /// What comes until the text is part of it; nil when the other end closes or is silent before.
    package func receive(until end: String) -> String? {
        var all = ""
        while let more = receive(), !more.isEmpty {
            all += String(decoding: more, as: UTF8.self)
            if all.contains(end) { return all }
        }
        return nil
    }
}
