package import Daemon
import Glibc
import HTTPServer
package import Lifecycle
import Model
import Synchronization

/// The daemon's HTTP side: deliveries on TCP, everything on a Unix socket.
package final class ConsoleService: Service {
    package let name = "console"
    private let control: any Control
    private let host: String
    private let port: Int
    private let socketPath: String
    private let deliveryByteLimit: Int
    private let log: Log
    private let onReady: @Sendable () -> Void
    private let bound = Mutex<Int?>(nil)
    private let localListener = Mutex<Listener?>(nil)
    private let everyonesListener = Mutex<Listener?>(nil)

    /// How many requests may wait for their turn; more are answered 503.
    private static let intakeLimit = 1024
    /// How many connections the open port has at most: whoever opens many and says nothing must not keep others out
    /// until the deadlines close them.
    private static let openLimit = 8192
    private static let localLimit = 256
    /// How many descriptors are left for everything else.
    private static let otherDescriptors = 512
    /// For how many of the longest bodies there is memory at once, whatever else there is.
    private static let bodiesAtOnce = 4
    /// How many threads serve the open port.
    private static let openThreads = 2
    /// How many clients may wait for something or follow something at once; the rest is for those who only ask.
    private static let longCallLimit = 128

    /// A console as given; nothing is opened before it runs.
    ///
    /// - Parameter onReady: called once, when both listeners are open.
    package init(
        control: any Control, host: String, port: Int, socketPath: String, deliveryByteLimit: Int, log: Log,
        onReady: @escaping @Sendable () -> Void = {}
    ) {
        self.control = control
        self.host = host
        self.port = port
        self.socketPath = socketPath
        self.deliveryByteLimit = deliveryByteLimit
        self.log = log
        self.onReady = onReady
    }

    /// The TCP port it listens on, once it does; the kernel's choice when it was made with port 0.
    var boundPort: Int? { bound.withLock { $0 } }

    /// Opens both listeners, so that a port that is taken is found before anything else has been started.
    ///
    /// Whoever connects waits until ``run(until:)``, which does this where it has not been done.
    package func open() async throws {
        let pool = BlockingPool(name: "slipway.console", width: 1)
        try await pool.run { [self] () throws(HTTPServerError) in
            try localListener.withLock { (slot) throws(HTTPServerError) in slot = try .unix(path: socketPath) }
            try everyonesListener.withLock { (slot) throws(HTTPServerError) in slot = try openPort() }
        }
    }

    /// Serves until `stop` is raised; then ends what may take long, finishes the rest and closes the listeners.
    package func run(until stop: StopSignal) async throws {
        let (exchanges, intake) = AsyncStream.makeStream(
            of: Desk.Exchange.self, bufferingPolicy: .bufferingOldest(Self.intakeLimit))
        let longCalls = LongCalls(limit: Self.longCallLimit)
        let desk = Desk(control: control, longCalls: longCalls, log: log)
        let pool = BlockingPool(name: "slipway.console", width: 1)
        if localListener.withLock({ $0 == nil }) { try await open() }
        let servers = try await pool.run { [self] () throws(HTTPServerError) in
            guard let local = localListener.withLock({ $0.take() }),
                let everyone = everyonesListener.withLock({ $0.take() })
            else { preconditionFailure("a console runs once") }
            return [try serve(local, to: .local, intake), try serve(everyone, to: .everyone, intake)]
        }
        bound.withLock { $0 = servers.lazy.compactMap(\.port).first }
        onReady()
        stop.onRaise {
            intake.finish()
            longCalls.stop()
        }
        await withDiscardingTaskGroup { group in
            for await exchange in exchanges { group.addTask { await desk.serve(exchange) } }
        }
        await pool.run { for server in servers { server.stop() } }
    }

    private func openPort() throws(HTTPServerError) -> Listener {
        do throws(HTTPServerError) { return try .tcp(host: host, port: port) } catch {
            guard error.code == EADDRINUSE else { throw error }
            throw HTTPServerError(
                code: error.code, call: error.call,
                message: "\(error.message); stop what listens there, or set 'listen' to another port")
        }
    }

    private func serve(
        _ listener: consuming Listener, to audience: Route.Audience,
        _ intake: AsyncStream<Desk.Exchange>.Continuation
    ) throws(HTTPServerError) -> Server {
        let dispatcher = Dispatcher(audience: audience, deliveryByteLimit: deliveryByteLimit)
        let door = DeliveryDoor(control: control, dispatcher: dispatcher)
        var limits = Limits()
        let room = max(256, DescriptorLimit.raise() - Self.otherDescriptors - Self.localLimit)
        limits.connections = audience == .local ? Self.localLimit : min(Self.openLimit, room)
        limits.bodyBytes = max(limits.bodyBytes, Self.bodiesAtOnce * deliveryByteLimit)
        // Deliveries are checked on these threads.
        limits.threads = audience == .local ? 1 : Self.openThreads
        return try Server(
            listener: listener, limits: limits,
            admit: { head in
                let admission = dispatcher.admission(of: head)
                if case .refused(let response) = admission { door.refused(head, response) }
                return admission
            },
            handle: { request, responder in
                if door.take(request, responder) { return }
                let exchange = Desk.Exchange(request: request, responder: responder, dispatcher: dispatcher)
                guard case .enqueued = intake.yield(exchange) else {
                    responder.answer(
                        Answers.problem(
                            .unavailable("the daemon is busy or stopping; try again"),
                            more: [.init(name: "retry-after", value: "5")]))
                    return
                }
            })
    }
}
