import Model

/// What the Dockerfile of a fork's commit may not ask for, because the engine would do it outside of the build.
///
/// Refused in doubt: the engine reads the file by rules of its own. Triggers of a base image (`ONBUILD`) are not seen
/// here; whoever allows a commit allows its base images.
enum ForkRules {
    /// Why a build is refused; nil when it is not.
    static func refusal(of scan: DockerfileScan, dockerfile: [UInt8]) -> StageFailure? {
        // Mounts keep caches beside the images, one for all builds, and can show other images and the context whole.
        let compact = scan.lines.joined().filter { !$0.isWhitespace && $0 != "\\" && $0 != "`" }
        if compact.contains("--mount") { return .forkMayNot("mount anything (--mount)", dockerfile, line: nil) }
        for instruction in scan.instructions {
            let words = instruction.text.uppercased().split(whereSeparator: \.isWhitespace)
            guard words.first == "ADD" || words.first == "ONBUILD" && words.dropFirst().first == "ADD" else { continue }
            // The engine itself fetches it, from the host's network, which a build without network is kept from.
            let isRemote = ["://", "$", "GIT@", "<<"].contains { instruction.text.uppercased().contains($0) }
            if isRemote {
                return .forkMayNot(
                    "ADD what may be an address; COPY what is in the repository", dockerfile,
                    line: instruction.lines.lowerBound)
            }
        }
        return nil
    }
}

extension StageFailure {
    /// A fork's Dockerfile asks for what would leave the build.
    static func forkMayNot(_ what: String, _ dockerfile: [UInt8], line: Int?) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "the build of a fork's commit may not \(what): \(printable(dockerfile))"
                + (line.map { ":\($0)" } ?? ""),
            hint: "a branch of the repository itself may: push the change there")
    }

    /// The engine cannot keep the steps of one build from another.
    static let sharedCache = Self(
        reason: .engineRefused, verdict: .stall,
        message: "Docker keeps the steps of all builds in one cache, so no fork's commit is built with it",
        hint:
            "run Slipway with Podman for previews of forks (docs/SECURITY.md), or push the branch to the repository itself"
    )
}
