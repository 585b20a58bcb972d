import Model

/// Everything a scripted engine has.
struct ScriptedWorld: Sendable {
    /// An image.
    struct Image: Sendable {
        let id: String
        var tags: [String]
        let labels: [String: String]
        let exposed: [String]
        let command: [String]
        let environment: [String]
        /// The files that its context had, small ones only, by their paths.
        let files: [String: [UInt8]]
        let size: Int64
        let created: Timestamp
    }

    /// A network.
    struct Network: Sendable {
        let id: String
        let name: String
        let subnet: String?
        let labels: [String: String]
    }

    /// A volume.
    struct Volume: Sendable {
        let name: String
        let labels: [String: String]
    }

    /// A container.
    struct Container: Sendable {
        enum State: String, Sendable {
            case created, running, paused, restarting, exited
        }

        let id: String
        var name: String
        let image: String
        let labels: [String: String]
        let environment: [String]
        let command: [String]
        let network: String
        let aliases: [String]
        /// The host's port by the container's.
        let ports: [Int: Int]
        let restartPolicy: String
        let stopTimeout: Int64
        let memory: Int64
        let created: Timestamp
        var state = State.created
        var exitCode = 0
        var startedAt: Timestamp?
        var finishedAt: Timestamp?
        var restartCount = 0
        var log: [UInt8] = []
        var listeners: [ScriptedPort] = []

        var isRunning: Bool { state == .running || state == .paused }
    }

    var images: [String: Image] = [:]
    var networks: [String: Network] = [:]
    var volumes: [String: Volume] = [:]
    var containers: [String: Container] = [:]
    private var counter: UInt64 = 0

    /// An id that nothing has: 64 digits, the same ones in every run.
    mutating func makeID() -> String {
        counter += 1
        var state = counter
        return (0..<4).map { _ in
            // splitmix64: http://prng.di.unimi.it/splitmix64.c
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            mixed ^= mixed >> 31
            let digits = String(mixed, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// The container of an id, a prefix of one, or a name.
    func container(_ reference: String) -> Container? {
        containers[reference] ?? containers.values.first { $0.name == reference }
            ?? containers.values.first { reference.count >= 12 && $0.id.hasPrefix(reference) }
    }

    /// The image of an id, with or without `sha256:`, or a name.
    func image(_ reference: String) -> Image? {
        let digits = reference.hasPrefix("sha256:") ? String(reference.dropFirst(7)) : reference
        if let image = images[digits] { return image }
        let names = Self.names(of: reference)
        return images.values.first { image in image.tags.contains { names.contains($0) } }
    }

    /// The network of an id or name.
    func network(_ reference: String) -> Network? {
        networks[reference] ?? networks.values.first { $0.name == reference }
    }

    /// A name with its tag.
    static func tagged(_ name: String) -> String {
        let last = name.split(separator: "/").last ?? ""
        return last.contains(":") ? name : name + ":latest"
    }

    private static func names(of reference: String) -> [String] { [reference, tagged(reference)] }
}
