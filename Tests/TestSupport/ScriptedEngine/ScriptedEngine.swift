import Glibc
package import HTTPClient
import Lifecycle
import Model
import Synchronization

/// A Docker Engine API on a Unix socket that runs nothing: images are what their contexts held, containers are listeners.
///
/// For the real daemon and the real client, fast and the same in every run, and with a ledger of every side effect. A
/// running container answers HTTP on its published loopback port: `/` with the file `page` of its image's context, `/env`
/// with its environment, anything else 404. What else it does, the file `behaviour` of the context says: see
/// ``ScriptedBehaviour``. Requests can be made to fail in any way: see ``fail(_:after:times:with:)``.
package final class ScriptedEngine: Sendable {
    /// Whose words and ways it has.
    package enum Manner: String, Sendable, CaseIterable, CustomStringConvertible {
        /// Podman 4.3, rootless.
        case podman
        /// Docker 20.10.
        case docker

        package var description: String { "scripted \(rawValue)" }
    }

    /// Whose words it uses.
    package let manner: Manner
    /// Where it listens.
    package let socketPath: String
    /// What it did.
    package let ledger = EngineLedger()

    let world = Mutex(ScriptedWorld())
    let watchers = ScriptedWatchers()
    let faults = ScriptedFaults()
    private let stepPause = Mutex(Duration.zero)
    private let wire = Mutex<ScriptedWire?>(nil)
    private let directory: TemporaryDirectory
    private let block: Int

    /// How long every step of every build takes.
    package var buildStepTime: Duration {
        get { stepPause.withLock { $0 } }
        set { stepPause.withLock { $0 = newValue } }
    }

    private static let counter = Mutex(0)

    /// An engine that has nothing, and listens.
    package init(_ manner: Manner = .podman) throws {
        self.manner = manner
        directory = try TemporaryDirectory()
        socketPath = directory.path(of: "engine.sock")
        block = Self.counter.withLock { counter in
            counter += 1
            return counter
        }
        try start()
    }

    deinit { end() }

    /// Listens; what the engine had is still there. Does nothing while it listens.
    package func start() throws {
        try wire.withLock { wire in
            guard wire == nil else { return }
            wire = try ScriptedWire(path: socketPath) { [weak self] in self?.serve($0, $1) }
        }
    }

    /// Stops listening and drops every connection; containers run on, as Podman's do.
    package func stop() {
        wire.withLock { wire in
            wire?.stop()
            wire = nil
        }
        unlink(socketPath)
    }

    /// Ends everything that runs, as a power cut would: containers are as if killed, nothing is told.
    package func crash() {
        stop()
        world.withLock { world in
            for id in world.containers.keys where world.containers[id]?.isRunning == true {
                world.containers[id]?.end(137)
            }
        }
    }

    /// Stops it for good. Done by itself when nobody holds it any more.
    package func end() { crash() }

    /// Has coming requests fail.
    ///
    /// - Parameters:
    ///   - request: `POST /containers/create`; `*` stands for any one part, and alone for every request.
    ///   - after: how many such requests are served as usual before.
    ///   - times: how many then fail.
    package func fail(_ request: String, after skips: Int = 0, times: Int = 1, with fault: ScriptedFault) {
        faults.add(request, after: skips, times: times, fault)
    }

    /// Forgets the faults that have not happened.
    package func mend() { faults.clear() }

    /// How many faults have not happened.
    package var pendingFaults: Int { faults.pending }

    /// A block of 4096 addresses, for a daemon's networks; nothing of it is ever set up on this machine.
    package func uniqueBlock() -> String { "10.\(100 + block / 16 % 20).\(block % 16 * 16).0/20" }

    /// Asks the engine something and returns its answer, whatever the status.
    @discardableResult
    package func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, type: String = "application/json"
    ) throws(HTTPClientError) -> HTTPResponse {
        var session = try HTTPSession()
        return try session.perform(
            HTTPRequest(
                method: method, socketPath: socketPath, url: "http://localhost\(path)",
                headers: body == nil ? [] : [HTTPHeader("Content-Type", type)],
                body: body.map { .bytes($0) } ?? .none, timeout: .seconds(60), keepsConnection: false))
    }

    // What happens behind the daemon's back

    /// Ends a container's process, as if it had crashed; by id or name.
    package func crash(container reference: String, exitCode: Int = 1) {
        let ended = world.withLock { world -> ScriptedWorld.Container? in
            guard let found = world.container(reference), found.isRunning else { return nil }
            world.containers[found.id]?.end(exitCode)
            return found
        }
        guard let ended else { return }
        tell(.containerDied, "die", ended)
    }

    /// Names of all containers that run, in order.
    package var runningContainers: [String] {
        world.withLock { $0.containers.values.filter(\.isRunning).map(\.name).sorted() }
    }

    /// Names of all containers, in order.
    package var containers: [String] { world.withLock { $0.containers.values.map(\.name).sorted() } }

    /// Names of all networks, in order.
    package var networks: [String] { world.withLock { $0.networks.values.map(\.name).sorted() } }

    /// Names of all volumes, in order.
    package var volumes: [String] { world.withLock { $0.volumes.keys.sorted() } }

    /// Ids of all images, in order.
    package var images: [String] { world.withLock { $0.images.keys.sorted() } }

    // Serving

    private func serve(_ request: ScriptedRequest, _ connection: ScriptedConnection) {
        guard let fault = faults.fault(for: request.method, request.path) else {
            return route(request, connection)
        }
        switch fault {
        case .refuse(let status, let message): connection.answer(status, Self.message(message))
        case .drop: connection.shut()
        case .hang: Self.waitForEver(connection)
        case .garbage: connection.answer(200, Array("<html>not what you asked for".utf8))
        case .endless:
            connection.begin()
            while connection.piece([UInt8](repeating: UInt8(ascii: " "), count: 65_536)) {}
        case .lie(let status, let message):
            perform(request)
            connection.answer(status, Self.message(message))
        case .loseAnswer:
            perform(request)
            connection.shut()
        case .hangAfter:
            perform(request)
            Self.waitForEver(connection)
        case .cut(let bytes):
            connection.limit(to: bytes)
            route(request, connection)
            connection.shut()
        case .delay(let pause):
            guard Self.wait(connection, until: .now + pause, { false }) else { return connection.shut() }
            route(request, connection)
        case .gate(let gate):
            gate.arrive()
            guard Self.wait(connection, until: nil, { gate.isOpen }) else { return connection.shut() }
            route(request, connection)
        }
    }

    /// Serves a request whose answer nobody gets.
    private func perform(_ request: ScriptedRequest) {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return }
        let (near, far) = (ends[0], ends[1])
        OwnThread.start {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while read(far, &buffer, buffer.count) > 0 {}
            close(far)
        }
        route(request, ScriptedConnection(near))
        close(near)
    }

    /// False: the other end went first.
    private static func wait(
        _ connection: ScriptedConnection, until deadline: ContinuousClock.Instant?, _ isOver: () -> Bool
    ) -> Bool {
        while !isOver() {
            if let deadline, ContinuousClock.now >= deadline { return true }
            guard connection.isOpen(after: .milliseconds(2)) else { return false }
            if deadline == nil { usleep(500) }
        }
        return true
    }

    private static func waitForEver(_ connection: ScriptedConnection) {
        while connection.isOpen(after: .milliseconds(200)) {}
        connection.shut()
    }

    static func message(_ text: String) -> [UInt8] {
        Array(ScriptedJSON.object([("message", .text(text))]).encoded.utf8)
    }

    /// Writes a side effect on a container down, and tells whoever listens.
    func tell(_ effect: EngineLedger.Effect, _ action: String, _ container: ScriptedWorld.Container) {
        ledger.note(effect, container.name, id: container.id, labels: container.labels)
        let nanoseconds = WallClock.milliseconds() * 1_000_000
        var attributes = container.labels
        attributes["name"] = container.name
        attributes["image"] = container.image
        let event: ScriptedJSON = [
            "Type": "container", "Action": .text(action), "time": .number(nanoseconds / 1_000_000_000),
            "timeNano": .number(nanoseconds),
            "Actor": ["ID": .text(container.id), "Attributes": .texts(attributes)],
        ]
        watchers.tell(Array((event.encoded + "\n").utf8), labels: container.labels)
    }
}

extension ScriptedWorld.Container {
    /// Its process is gone.
    mutating func end(_ code: Int) {
        for listener in listeners { listener.shut() }
        listeners = []
        state = .exited
        exitCode = code
        finishedAt = Timestamp(milliseconds: WallClock.milliseconds())
    }
}
