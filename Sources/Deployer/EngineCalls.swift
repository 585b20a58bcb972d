package import ContainerEngine
package import Model

/// The container engine as a deployment needs it. ``ContainerEngine/EngineClient`` is one over a socket.
package protocol EngineCalls: Sendable {
    /// The containers that have every one of the labels; an empty value means any value.
    func containers(labels: [String: String], all: Bool) async throws(EngineError) -> [EngineContainer]
    /// Everything about one container, by id or name; nil if there is none.
    func inspect(container: String) async throws(EngineError) -> ContainerDetail?
    /// Makes a container and returns its id. A conflict: the name is taken.
    func create(_ spec: ContainerSpec) async throws(EngineError) -> String
    /// Starts a container; nothing happens if it runs.
    func start(_ id: String) async throws(EngineError)
    /// Stops a container, killing it after the timeout; nothing happens if it does not run or is gone.
    func stop(_ id: String, timeout: Duration?) async throws(EngineError)
    /// Removes a container; nothing happens if it is gone.
    func remove(_ id: String, force: Bool, volumes: Bool) async throws(EngineError)
    /// Hands out what a container wrote.
    func logs(
        container: String, tail: Int?, follow: Bool, onChunk: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(EngineError)
    /// Hands out what happens to containers that have every one of the labels, until the task is cancelled.
    func events(
        labels: [String: String], onConnected: @escaping @Sendable () -> Void,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws(EngineError)
    /// Every image there is, those of single build steps among them.
    func allImages() async throws(EngineError) -> [EngineImage]
    /// What an image says about itself, by id or name; nil if there is none.
    func inspectImage(_ reference: String) async throws(EngineError) -> ImageDetail?
    /// Removes an image, by id or name; nothing happens if it is gone. A conflict: a container uses it.
    func removeImage(_ reference: String, force: Bool) async throws(EngineError)
    /// The networks that have every one of the labels; an empty value means any value.
    func networks(labels: [String: String]) async throws(EngineError) -> [EngineNetwork]
    /// Makes a bridge network and returns its id. A conflict: the name is taken.
    func createNetwork(name: String, subnet: String?, labels: [String: String]) async throws(EngineError) -> String
    /// Removes a network, by id or name; nothing happens if it is gone. A conflict: a container uses it.
    func removeNetwork(_ id: String) async throws(EngineError)
    /// The volumes that have every one of the labels; an empty value means any value.
    func volumes(labels: [String: String]) async throws(EngineError) -> [EngineVolume]
    /// Makes a volume; one that exists stays as it is.
    func createVolume(name: String, labels: [String: String]) async throws(EngineError)
    /// Removes a volume and what is in it; nothing happens if it is gone.
    func removeVolume(_ name: String) async throws(EngineError)
}

extension EngineCalls {
    func containers(labels: [String: String]) async throws(EngineError) -> [EngineContainer] {
        try await containers(labels: labels, all: true)
    }

    func remove(_ id: String, force: Bool) async throws(EngineError) {
        try await remove(id, force: force, volumes: true)
    }

    /// What an image says about itself; nil if there is none.
    package func inspectImage(_ id: ImageID) async throws(EngineError) -> ImageDetail? {
        try await inspectImage(id.description)
    }

    func removeImage(_ reference: String) async throws(EngineError) {
        try await removeImage(reference, force: false)
    }
}

extension EngineClient: EngineCalls {}
