import ContainerEngine
import Deployer
import Model

/// The container engine's own memory, and what its containers do.
final class EngineState {
    /// One container.
    final class Container {
        let id: String
        let spec: ContainerSpec
        let createdAt: Timestamp
        var state = ContainerState.created
        /// When it was last started.
        var startedAt: Int64 = 0
        var restarts = 0
        /// A look from outside found it healthy since it was last started.
        var isProven = false
        /// Requests were sent to it once.
        var hasServed = false
        /// Somebody else than the daemon did something to it.
        var isDisturbed = false
        /// The daemon asked for its end.
        var isRetiring = false
        let environment: EnvironmentID?
        let service: String?
        let replica: Int?
        let release: Digest?
        let configuration: Digest?
        let commit: ObjectID?
        let kind: EnvironmentKind?
        let isOurs: Bool

        init(id: String, spec: ContainerSpec, createdAt: Timestamp) {
            self.id = id
            self.spec = spec
            self.createdAt = createdAt
            let labels = LabelSet(spec.labels)
            isOurs = labels?.instance == World.instance
            environment = isOurs ? labels?.environment : nil
            service = labels?.service
            replica = labels?.replica
            release = labels?.release
            configuration = labels?.configuration
            commit = labels?.commit
            kind = labels?.kind
        }

        var isAlive: Bool { state == .running || state == .paused }
        var port: Int? { spec.publish?.hostPort }
    }

    struct Image {
        let id: ImageID
        let key: Digest
        let project: ProjectName
        var isForeign = false
        /// When it was made, in nanoseconds.
        var madeAt: Int64 = 0
    }

    var containers: [String: Container] = [:]
    var networks: [String: EngineNetwork] = [:]
    /// The environments that networks are for, by their ids.
    var owners: [String: EnvironmentID] = [:]
    var volumes: [String: EngineVolume] = [:]
    var images: [ImageID: Image] = [:]
    var downUntil: Int64 = 0
    /// Ports that strangers' programs listen on.
    var takenPorts: Set<Int> = []
    private var nextID = 0
    private var nextImage = 0

    func freshID() -> String {
        nextID += 1
        return "id\(nextID)"
    }

    func makeImage(_ project: ProjectName, _ key: Digest, at moment: Int64) -> ImageID {
        nextImage += 1
        guard let id = ImageID(Names.digest("image \(nextImage)").hex) else {
            preconditionFailure("a digest is an image id")
        }
        images[id] = Image(id: id, key: key, project: project, madeAt: moment)
        return id
    }

    func named(_ name: String) -> Container? {
        containers[name] ?? containers.values.first { $0.spec.name == name }
    }

    /// Containers in an order that does not depend on their ids' hashes.
    var ordered: [Container] { containers.values.sorted { $0.spec.name < $1.spec.name } }

    /// The container that takes connections on a port.
    func listening(on port: Int) -> Container? { containers.values.first { $0.port == port && $0.state == .running } }

    func behaviour(of container: Container) -> Tree.Behaviour {
        guard let key = container.spec.labels[Label.build].flatMap({ Digest($0) }),
            let behaviour = Stock.tree(ofKey: key)?.behaviours[key]
        else { return .healthy(afterMilliseconds: 0) }
        return behaviour
    }
}

/// One stream of the engine's events that a daemon has open.
final class EventStream {
    private var continuation: UnsafeContinuation<Void, Never>?
    private var isClosed = false
    let onEvent: (EngineEvent) -> Void

    init(onEvent: @escaping (EngineEvent) -> Void) { self.onEvent = onEvent }

    func close() {
        isClosed = true
        continuation?.resume()
        continuation = nil
    }

    func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if isClosed || Task.isCancelled { continuation.resume() } else { self.continuation = continuation }
            }
        } onCancel: { [self = UncheckedStream(stream: self)] in
            self.stream.close()
        }
    }

    // Unchecked: see SimulatedMachine.
    private struct UncheckedStream: @unchecked Sendable { let stream: EventStream }
}
