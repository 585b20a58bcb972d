import Glibc
import HTTPClient
import Model

/// One look at a container from outside: a TCP connection or an HTTP request to its loopback port.
///
/// Blocks for as long as its timeout; run it on a blocking pool.
package struct HealthProbe: Sendable, Hashable {
    /// What a look saw.
    package enum Finding: Sendable, Hashable {
        /// It answers as it should.
        case healthy
        /// It took a connection. That may have been the engine's own proxy, which takes every connection.
        case connected
        /// It does not; in words.
        case unhealthy(String)
    }

    /// The loopback port.
    package var port: Int
    /// What is requested; nil: a TCP connection is enough.
    package var path: String?
    /// The host name that an HTTP request carries, so that an application which checks it feels addressed.
    package var host: String
    /// How long it may take.
    package var timeout: Duration

    /// How many bytes of an answer are read; its status is all that counts.
    private static let bodyLimit = 64 << 10

    /// Looks now.
    func look() -> Finding {
        guard let path else { return connect() }
        return request(path)
    }

    private func request(_ path: String) -> Finding {
        var status: Int?
        do throws(HTTPClientError) {
            var session = try HTTPSession()
            let request = HTTPRequest(
                url: "http://127.0.0.1:\(port)\(path)",
                headers: [HTTPHeader("Host", host), HTTPHeader("User-Agent", "slipway-health")],
                connectTimeout: timeout, timeout: timeout, bodyLimit: Self.bodyLimit, keepsConnection: false)
            status = try session.perform(request, onHead: { received, _ in status = received }).status
        } catch {
            // A long body is cut off; its head has said all that was asked.
            guard let status, (200..<400).contains(status) else {
                return .unhealthy("GET \(path) on port \(port): \(error.message)")
            }
            return .healthy
        }
        guard let status, (200..<400).contains(status) else {
            return .unhealthy("GET \(path) was answered \(status ?? 0)")
        }
        return .healthy
    }

    private func connect() -> Finding {
        switch connection() {
        case .failure(let problem): return .unhealthy(problem.words)
        case .success(let descriptor):
            close(descriptor)
            return .connected
        }
    }

    /// Whether a connection stays open for a moment. Docker's userland proxy and rootless Podman's port
    /// forwarder take every connection, and close it again at once when nobody listens inside.
    func staysConnected() -> Bool {
        guard case .success(let descriptor) = connection() else { return false }
        defer { close(descriptor) }
        guard isReady(descriptor, for: POLLIN, within: Self.closingGrace) else { return true }
        var byte: UInt8 = 0
        // Data: a server that speaks first. End of file or a reset: the forwarder gave up.
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) > 0
    }

    /// The forwarder's own attempt on the container is refused within a millisecond or so.
    private static let closingGrace = Duration.milliseconds(100)

    private struct ConnectProblem: Error {
        let words: String
    }

    /// A connection to the port; the descriptor is the caller's to close.
    private func connection() -> Result<Int32, ConnectProblem> {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else {
            return .failure(ConnectProblem(words: "no socket: \(String(cString: strerror(errno)))"))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var code: Int32 = 0
        let begun = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        if begun != 0 {
            code = errno
            if code == EINPROGRESS {
                code = ETIMEDOUT
                if isReady(descriptor, for: POLLOUT, within: timeout) {
                    var length = socklen_t(MemoryLayout<Int32>.size)
                    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
                }
            }
        }
        guard code == 0 else {
            close(descriptor)
            return .failure(ConnectProblem(words: "a connection to it fails: \(String(cString: strerror(code)))"))
        }
        return .success(descriptor)
    }

    private func isReady(_ descriptor: Int32, for events: Int32, within limit: Duration) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, Int32(clamping: limit.wholeMilliseconds)) > 0
    }
}
