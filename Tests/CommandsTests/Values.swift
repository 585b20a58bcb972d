import Config
import Model
import Synchronization

@testable import Commands

/// The moment that rendered times are seen from.
let noon = Timestamp(milliseconds: 1_769_860_800_000)

extension Timestamp {
    /// A moment before ``noon``.
    static func before(_ duration: Duration) -> Self { noon.advanced(by: .zero - duration) }
}

extension ObjectID {
    /// A commit of one digit, forty times.
    static func make(_ digit: Character) -> Self {
        guard let id = Self(String(repeating: digit, count: 40)) else { preconditionFailure("a hexadecimal digit") }
        return id
    }
}

extension Digest {
    /// A digest of one digit, 64 times.
    static func make(_ digit: Character) -> Self {
        guard let digest = Self(String(repeating: digit, count: 64)) else { preconditionFailure("a hexadecimal digit") }
        return digest
    }
}

extension ProjectName {
    static func make(_ text: String = "shop") -> Self {
        guard let name = Self(text) else { preconditionFailure("a project's name") }
        return name
    }
}

extension EnvironmentID {
    static func make(_ name: EnvironmentName = .staging) -> Self { Self(project: .make(), name: name) }
}

extension Deployment {
    static func make(
        number: Int64 = 7, state: DeploymentState = .live, failure: FailureRecord? = nil,
        cause: String = "branch main moved"
    ) -> Self {
        var deployment = Self(
            number: number, environment: .make(), kind: .staging, commit: .make("a"), ref: .branch("main"),
            cause: cause,
            queuedAt: .before(.seconds(300)))
        deployment.state = state
        deployment.failure = failure
        deployment.release = .make("c")
        deployment.liveAt = state == .live ? .before(.seconds(296)) : nil
        deployment.endedAt = state == .failed ? .before(.seconds(290)) : nil
        deployment.steps = [
            StepRecord(
                name: "build web", startedAt: .before(.seconds(300)), endedAt: .before(.seconds(298)), outcome: "built")
        ]
        return deployment
    }
}

extension FailureRecord {
    static func make(
        _ message: String = "the build failed", hint: String? = "mend line 3", output: [String] = []
    ) -> Self {
        Self(StageFailure(reason: .buildFailed, verdict: .stall, message: message, hint: hint, output: output))
    }
}

extension EnvironmentStatus {
    static func make(
        _ name: EnvironmentName = .staging, health: Health = .healthy, progress: Progress = .current,
        reason: String = "branch main is at aaaaaaa", gates: [Gate] = [], hold: Hold? = nil,
        deployment: Deployment? = nil
    ) -> Self {
        Self(
            id: .make(name), kind: .staging, ref: .branch("main"), urls: ["http://staging--shop.localhost:8080"],
            health: health, progress: progress, reason: reason, commit: .make("a"), release: .make("c"),
            since: .before(.seconds(10_800)), gates: gates, hold: hold, deployment: deployment)
    }
}

extension ProjectStatus {
    static func make(
        environments: [EnvironmentStatus] = [.make()], problem: FailureRecord? = nil, manifestProblem: String? = nil,
        listedAt: Timestamp? = .before(.seconds(12)), defaultBranch: RefName? = .branch("main")
    ) -> Self {
        Self(
            name: .make(), remote: "https://github.com/acme/shop.git", defaultBranch: defaultBranch, listedAt: listedAt,
            problem: problem, manifestProblem: manifestProblem, environments: environments)
    }
}

extension DaemonStatus {
    static func make(projects: [ProjectStatus], engineProblem: String? = nil) -> Self {
        Self(
            version: "0.1.0", instance: "0123456789ab", startedAt: .before(.seconds(7200)),
            engine: PartStatus(name: "/run/podman/podman.sock", problem: engineProblem),
            router: PartStatus(name: "managed Caddy on port 8080"), projects: projects)
    }
}

/// What a verb printed.
final class Printed: Sendable {
    private let written = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))

    /// What went to the output.
    var output: String { written.withLock { String(decoding: $0.output, as: UTF8.self) } }
    /// What went to the error output.
    var errors: String { written.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// A screen that writes here.
    func screen(_ style: Style = .plain) -> Screen {
        Screen(
            style: style, errorStyle: style, output: { bytes in self.written.withLock { $0.output += bytes } },
            errors: { bytes in self.written.withLock { $0.errors += bytes } })
    }

    /// A world that prints here.
    func context(
        in directory: String = "/", home: String = "/nonexistent", variables: [String: String] = [:]
    ) -> Context {
        Context(
            screen: screen(),
            surroundings: Surroundings(
                isRoot: false, variables: ["HOME": home, "XDG_RUNTIME_DIR": "/nonexistent"]),
            variables: variables, directory: directory, now: { noon })
    }
}
