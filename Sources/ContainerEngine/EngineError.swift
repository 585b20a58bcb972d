package import HTTPClient

/// What the container engine refused or could not do, in its own words.
package struct EngineError: Error, Sendable {
    /// The HTTP status; 0: there was no answer. A build or pull that failed after it had begun has 200.
    package let status: Int
    /// libcurl's number, where there was no answer.
    package let code: HTTPClientError.Code?
    /// The engine's own words, or libcurl's.
    package let message: String
    /// What was asked: `POST /containers/create`.
    package let request: String
    /// What a closure of the caller threw, if that ended the call.
    package let cause: (any Error)?

    /// An error as given.
    package init(
        status: Int, code: HTTPClientError.Code? = nil, message: String, request: String,
        cause: (any Error)? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.request = request
        self.cause = cause
    }

    /// Whether the engine cannot be reached, or broke off: it may come back.
    package var isUnavailable: Bool {
        guard let code else { return status == 503 }
        return code != .aborted && code != .tooLong && code != .timedOut
    }
    /// Whether the engine cannot have heard of it: nobody took the connection.
    package var isUnsent: Bool { code == .cannotConnect }
    /// Whether the deadline passed.
    package var isTimeout: Bool { code == .timedOut }
    /// Whether the surrounding task was cancelled.
    package var isCancelled: Bool { code == .aborted && cause == nil }
    /// Whether the thing that was named does not exist.
    package var isNotFound: Bool { status == 404 }
    /// Whether something with that name exists, is in use, or is in a state that forbids the request.
    ///
    /// Docker 20.10 answers 409, and 403 for a network in use; Podman 4.3 answers 500 to all of them.
    package var isConflict: Bool { status == 409 || Self.conflicts.contains { message.contains($0) } }

    private static let conflicts = [
        // Podman: create with a name that is taken; the same for a network; kill what does not run; remove a network.
        "that name is already in use", "network already exists", "container state improper", "network is being used",
        // Docker: remove a network.
        "has active endpoints",
    ]
    /// Whether a network's addresses are taken by another network, or by the host.
    ///
    /// Docker 20.10 says so with 403 (`Pool overlaps with other one on this address space`), Podman 4.3 with 500
    /// (`subnet 10.1.2.0/24 is already used on the host or by another config`).
    package var isSubnetTaken: Bool {
        message.contains("Pool overlaps") || message.contains("already used on the host or by another config")
    }

    /// Whether Podman's own program around a step was killed, not the step: worth one more try.
    ///
    /// Buildah starts it so that it dies with the *thread* that started it (prctl(2), PR_SET_PDEATHSIG), and Go ends threads.
    package var isRuntimeKilled: Bool { message.contains("while running runtime: signal: killed") }

    /// Whether the port on the host that a container publishes is taken. Both engines say so with 500, at the start.
    package var isPortTaken: Bool {
        message.contains("port is already allocated") || message.contains("address already in use")
    }

    static func notUnderstood(_ request: String, _ status: Int, _ detail: String) -> Self {
        Self(status: status, message: "the engine's answer cannot be understood: \(detail)", request: request)
    }
}

extension EngineError: Equatable {
    /// Compares what happened; causes are compared by their text alone, as errors need not be equatable.
    package static func == (left: Self, right: Self) -> Bool {
        (left.status, left.code, left.message, left.request) == (right.status, right.code, right.message, right.request)
            && left.cause.map { "\($0)" } == right.cause.map { "\($0)" }
    }
}

extension EngineError: CustomStringConvertible {
    /// `POST /containers/create: 409: the name is in use`.
    package var description: String { "\(request): \(status == 0 ? "" : "\(status): ")\(message)" }
}
