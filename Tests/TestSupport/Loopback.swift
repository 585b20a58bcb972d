import Glibc
import HTTPClient

/// Ports of the host's loopback address.
package enum Loopback {
    /// A port nobody listens on at the moment; nil when there is none.
    package static func freePort() -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        } ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    /// What an HTTP server on the port answers to `GET /`, as soon as it does; nil if it does not within the limit.
    package static func body(port: Int, within limit: Duration = .seconds(20)) async throws -> String? {
        let end = ContinuousClock.now + limit
        var session = try HTTPSession()
        while ContinuousClock.now < end {
            let request = HTTPRequest(url: "http://127.0.0.1:\(port)/", timeout: .seconds(1))
            if let answer = try? session.perform(request), answer.isSuccess {
                return String(decoding: answer.body, as: UTF8.self)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}
