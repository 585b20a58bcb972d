extension EngineClient {
    /// What the engine says of itself and of the machine that it runs on.
    package func info() async throws(EngineError) -> EngineInfo {
        try await call(Ask("GET", "/info"), as: InfoAnswer.self).value
    }
}

/// What an engine says of itself.
package struct EngineInfo: Sendable, Hashable {
    /// Where it keeps images and containers; nil where it does not say. The machine may be another one.
    package var rootDirectory: String?
    /// The memory of the machine that it runs on; nil where it does not say.
    package var memoryBytes: Int64?

    /// Words as given.
    package init(rootDirectory: String?, memoryBytes: Int64?) {
        self.rootDirectory = rootDirectory
        self.memoryBytes = memoryBytes
    }
}

private struct InfoAnswer: Decodable {
    let root: String?
    let memory: Int64?

    enum CodingKeys: String, CodingKey {
        case root = "DockerRootDir"
        case memory = "MemTotal"
    }

    var value: EngineInfo {
        EngineInfo(
            rootDirectory: root.flatMap { $0.hasPrefix("/") ? $0 : nil },
            memoryBytes: memory.flatMap { $0 > 0 ? $0 : nil })
    }
}
