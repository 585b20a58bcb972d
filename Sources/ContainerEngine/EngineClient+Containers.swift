import HTTPClient

extension EngineClient {
    /// The containers that have every one of the labels; an empty value means any value.
    ///
    /// - Parameter all: also those that do not run.
    package func containers(labels: [String: String], all: Bool = true) async throws(EngineError) -> [EngineContainer] {
        let path = "/containers/json"
        let filter = try JSON.filter(labels: labels, for: path)
        let ask = Ask("GET", path, query: [("all", all ? "1" : "0"), ("filters", filter)]).listing()
        let answer = try await call(ask)
        do {
            return try ContainerListing.read(answer.body)
        } catch {
            throw .notUnderstood(ask.name, answer.status, "it breaks off at byte \(error.offset)")
        }
    }

    /// Everything about one container, by id or name; nil if there is none.
    package func inspect(container: String) async throws(EngineError) -> ContainerDetail? {
        let ask = Ask("GET", "/containers/\(percentEncoded(container))/json").tolerating(404)
        let answer = try await call(ask)
        guard answer.isSuccess else { return nil }
        return try decode(InspectedContainer.self, answer, ask).value
    }

    /// Makes a container and returns its id. A conflict: the name is taken.
    package func create(_ spec: ContainerSpec) async throws(EngineError) -> String {
        let flavour = try await dialect().flavour
        let ask = try Ask("POST", "/containers/create", query: [("name", spec.name)])
            .sending(ContainerCreation(spec, for: flavour))
        return try await call(ask, as: CreationAnswer.self).id
    }

    /// Starts a container; nothing happens if it runs.
    package func start(_ id: String) async throws(EngineError) {
        let ask = Ask("POST", "/containers/\(percentEncoded(id))/start").tolerating(304)
        let answer = try await call(ask)
        // Both engines answer 204. What answers otherwise has not started anything.
        guard answer.status == 204 || answer.status == 304 else {
            throw .notUnderstood(ask.name, answer.status, "204 was expected")
        }
    }

    /// Stops a container, killing it after the timeout; nothing happens if it does not run or is gone.
    ///
    /// - Parameter timeout: nil: what the container was made with.
    package func stop(_ id: String, timeout: Duration?) async throws(EngineError) {
        let query = timeout.map { [(name: "t", value: String($0.components.seconds))] } ?? []
        var ask = Ask("POST", "/containers/\(percentEncoded(id))/stop", query: query).tolerating(304, 404)
        ask.timeout = (timeout ?? Limit.longestStop) + Limit.stopGrace
        try await call(ask, on: stops)
    }

    /// Kills a container; nothing happens if it does not run or is gone.
    package func kill(_ id: String) async throws(EngineError) {
        do {
            try await call(Ask("POST", "/containers/\(percentEncoded(id))/kill").tolerating(404))
        } catch  where error.isConflict {
            // It does not run: the wish is met.
        }
    }

    /// Stops a container and starts it again.
    package func restart(_ id: String, timeout: Duration) async throws(EngineError) {
        let seconds = String(timeout.components.seconds)
        var ask = Ask("POST", "/containers/\(percentEncoded(id))/restart", query: [("t", seconds)])
        ask.timeout = timeout + Limit.stopGrace
        try await call(ask)
    }

    /// Removes a container; nothing happens if it is gone.
    ///
    /// - Parameters:
    ///   - force: also if it runs; it is killed.
    ///   - volumes: with its anonymous volumes.
    package func remove(_ id: String, force: Bool, volumes: Bool = true) async throws(EngineError) {
        // Podman 4.3 asks a running container to stop, and waits as long as the container's own timeout says.
        if force, try await dialect().flavour == .podman { try await kill(id) }
        let query = [("force", force ? "1" : "0"), ("v", volumes ? "1" : "0")]
        let ask = Ask("DELETE", "/containers/\(percentEncoded(id))", query: query.map { (name: $0.0, value: $0.1) })
            .tolerating(404)
        do {
            try await call(ask)
        } catch  where error.isConflict && error.message.contains("already in progress") {
            // Docker's words while someone else removes it: the wish is met.
        }
    }
}

/// The answer to a creation.
struct CreationAnswer: Decodable {
    let id: String

    enum CodingKeys: String, CodingKey {
        case id = "Id"
    }
}
