import Dispatch
import HTTPServer
import Synchronization
import TestSupport

/// A server that answers each request with its method, path and body's size, or holds it for the test to answer.
struct EchoServer {
    private struct State {
        var requests: [Request] = []
        var held: [Responder] = []
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
        let arrived = DispatchSemaphore(value: 0)
    }

    let server: Server
    private let shared = Shared()

    /// On a port of its own.
    init(limits: Limits = Limits(), bodyLimit: Int = 1000, holds: Bool = false) throws {
        try self.init(.tcp(host: "127.0.0.1", port: 0), limits, bodyLimit, holds)
    }

    /// On a Unix socket in that directory.
    init(in directory: TemporaryDirectory, holds: Bool = false) throws {
        try self.init(.unix(path: directory.path + "/s"), Limits(), 1000, holds)
    }

    private init(_ listener: consuming Listener, _ limits: Limits, _ bodyLimit: Int, _ holds: Bool) throws {
        server = try Server(
            listener: listener, limits: limits,
            admit: { head in
                head.target.segments == ["refused"]
                    ? .refused(.text(404, "no such thing")) : .admitted(bodyLimit: bodyLimit)
            },
            handle: { [shared] request, responder in
                shared.state.withLock { state in
                    state.requests.append(request)
                    if holds { state.held.append(responder) }
                }
                if !holds { responder.answer(Self.echo(request)) }
                shared.arrived.signal()
            })
    }

    static func echo(_ request: Request) -> Response {
        let path = request.head.target.segments.joined(separator: "/")
        return .text(200, "\(request.head.method) /\(path) \(request.body.count)")
    }

    var port: Int { server.port ?? 0 }
    var requests: [Request] { shared.state.withLock { $0.requests } }

    /// The right to answer the next request; nil when none arrives.
    func nextHeld() -> Responder? {
        guard shared.arrived.wait(timeout: .now() + 10) == .success else { return nil }
        return shared.state.withLock { $0.held.isEmpty ? nil : $0.held.removeFirst() }
    }
}
