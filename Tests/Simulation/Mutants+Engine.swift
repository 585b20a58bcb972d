import ContainerEngine
import Deployer
import Model

/// An engine client that passes everything on, but for what a mutant changes.
protocol PassingEngine: EngineCalls {
    var real: any EngineCalls { get }
}

extension PassingEngine {
    func containers(labels: [String: String], all: Bool) async throws(EngineError) -> [EngineContainer] {
        try await real.containers(labels: labels, all: all)
    }
    func inspect(container: String) async throws(EngineError) -> ContainerDetail? {
        try await real.inspect(container: container)
    }
    func create(_ spec: ContainerSpec) async throws(EngineError) -> String { try await real.create(spec) }
    func start(_ id: String) async throws(EngineError) { try await real.start(id) }
    func stop(_ id: String, timeout: Duration?) async throws(EngineError) { try await real.stop(id, timeout: timeout) }
    func remove(_ id: String, force: Bool, volumes: Bool) async throws(EngineError) {
        try await real.remove(id, force: force, volumes: volumes)
    }
    func logs(
        container: String, tail: Int?, follow: Bool, onChunk: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(EngineError) {
        try await real.logs(container: container, tail: tail, follow: follow, onChunk: onChunk)
    }
    func events(
        labels: [String: String], onConnected: @escaping @Sendable () -> Void,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws(EngineError) { try await real.events(labels: labels, onConnected: onConnected, onEvent: onEvent) }
    func allImages() async throws(EngineError) -> [EngineImage] { try await real.allImages() }
    func inspectImage(_ reference: String) async throws(EngineError) -> ImageDetail? {
        try await real.inspectImage(reference)
    }
    func removeImage(_ reference: String, force: Bool) async throws(EngineError) {
        try await real.removeImage(reference, force: force)
    }
    func networks(labels: [String: String]) async throws(EngineError) -> [EngineNetwork] {
        try await real.networks(labels: labels)
    }
    func createNetwork(
        name: String, subnet: String?, labels: [String: String]
    ) async throws(EngineError) -> String {
        try await real.createNetwork(name: name, subnet: subnet, labels: labels)
    }
    func removeNetwork(_ id: String) async throws(EngineError) { try await real.removeNetwork(id) }
    func volumes(labels: [String: String]) async throws(EngineError) -> [EngineVolume] {
        try await real.volumes(labels: labels)
    }
    func createVolume(name: String, labels: [String: String]) async throws(EngineError) {
        try await real.createVolume(name: name, labels: labels)
    }
    func removeVolume(_ name: String) async throws(EngineError) { try await real.removeVolume(name) }
}

/// An unconfirmed creation is repeated under another name.
struct RepeatingEngine: PassingEngine {
    let real: any EngineCalls

    func create(_ spec: ContainerSpec) async throws(EngineError) -> String {
        do throws(EngineError) {
            return try await real.create(spec)
        } catch {
            guard error.status == 0, !error.isCancelled else { throw error }
            var other = spec
            other.name += "-again"
            return try await real.create(other)
        }
    }
}

/// An unconfirmed creation is repeated at once.
struct ImpatientEngine: PassingEngine {
    let real: any EngineCalls

    func create(_ spec: ContainerSpec) async throws(EngineError) -> String {
        do throws(EngineError) {
            return try await real.create(spec)
        } catch {
            guard error.status == 0, !error.isCancelled else { throw error }
            return try await real.create(spec)
        }
    }
}
