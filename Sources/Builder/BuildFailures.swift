package import ContainerEngine
package import Model

/// What a failed build is called: the engine's words, turned into the user's Dockerfile, line and instruction.
struct BuildDiagnosis {
    /// The service that is built.
    let service: String
    /// The Dockerfile's path.
    let dockerfile: [UInt8]
    /// Where its instructions are.
    let scan: DockerfileScan
    /// What the build said.
    let transcript: BuildTranscript
    /// How many labels the image was to get.
    let labelCount: Int

    /// The failure of a build that the engine ended.
    func failure(_ error: EngineError, timeout: Duration) -> StageFailure {
        if let failure = error.cause as? StageFailure { return failure }
        if error.isCancelled { return .cancelled }
        if error.isTimeout {
            let minutes = timeout.components.seconds / 60
            return StageFailure(
                reason: .timedOut, verdict: .stall,
                message: "the build of service '\(service)' took longer than "
                    + (minutes > 0 ? "\(minutes) minutes" : "\(timeout)")
                    + place(lastInstruction),
                hint: "make it faster, or raise the limit in the daemon's configuration", output: transcript.lastLines)
        }
        if error.isUnavailable || isDiskFull(error.message) { return StageFailure.engine(error) }
        let found = cause(of: error.message)
        return StageFailure(
            reason: .buildFailed, verdict: isPassing(found) ? .retry(after: nil) : .stall,
            message:
                "the build of service '\(service)' failed\(place(found.instruction, line: found.line)): \(found.words)",
            hint: hint(found), output: transcript.lastLines)
    }

    private var lastInstruction: DockerfileScan.Instruction? {
        transcript.step.flatMap { scan.instruction(of: $0, addedLabels: labelCount) }
    }

    private struct Cause {
        var words: String
        var line: Int?
        var instruction: DockerfileScan.Instruction?
    }

    private func cause(of message: String) -> Cause {
        let text = printable(withoutTerminalControls(Array(message.utf8)).filter { $0 != 0x0a })
        // Docker 20.10, moby builder/dockerfile/parser: the file was not even begun.
        if let match = text.wholeMatch(of: #/dockerfile parse error (?:on )?line (\d+): (.*)/#), let line = Int(match.1)
        {
            return Cause(words: String(match.2), line: line, instruction: scan.instruction(at: line))
        }
        // Podman 4.3, imagebuilder: the line is in Go's rendering of the step.
        if let match = text.firstMatch(of: #/Unknown instruction: "([^"]*)".*Original:"(.*)"\}/#) {
            let line = scan.line(saying: String(match.2).replacing("\\\"", with: "\""))
            return Cause(
                words: "unknown instruction \(match.1)", line: line, instruction: line.flatMap(scan.instruction(at:)))
        }
        let instruction = lastInstruction
        return Cause(words: plain(text), line: instruction?.lines.lowerBound, instruction: instruction)
    }

    /// The engine's words without the command, which the message names by line already.
    private func plain(_ text: String) -> String {
        if let match = text.firstMatch(of: #/while running runtime: (exit status \d+)$/#) { return String(match.1) }
        if let match = text.wholeMatch(of: #/The command '.*' returned a non-zero code: (\d+)/#) {
            return "exit status \(match.1)"
        }
        if text.hasPrefix("building at STEP \""), let end = text.firstRange(of: "\": ") {
            return String(text[end.upperBound...])
        }
        return text
    }

    private func place(_ instruction: DockerfileScan.Instruction?, line: Int? = nil) -> String {
        guard let line = line ?? instruction?.lines.lowerBound else { return "" }
        let name = " at \(printable(dockerfile)):\(line)"
        guard let instruction else { return name }
        let text = printable(instruction.text.utf8)
        return "\(name), \(text.count > 80 ? text.prefix(79) + "…" : text[...])"
    }

    private func hint(_ cause: Cause) -> String? {
        let words = cause.words.lowercased()
        if words.hasPrefix("unknown instruction") || words.hasPrefix("unknown flag") {
            return cause.instruction?.hasHereDocument == true
                ? "this engine's builder does not know here-documents ('<<'): join the commands with '&&'" : nil
        }
        if words.contains("requires buildkit") {
            return "the engine's own builder is used, which does not know this option: remove it, or use Podman"
        }
        switch cause.instruction?.keyword {
        case "FROM" where isRefusal(words):
            return "the registry refused: check the image's name, or add its account under 'registries' in the "
                + "daemon's configuration"
        case "FROM" where isPassing(cause): return "the registry of the base image cannot be reached"
        case "COPY", "ADD":
            let isMissing = words.contains("no such file") || words.contains("file not found")
            return isMissing ? "is it committed, inside 'build.context', and not listed in .dockerignore?" : nil
        default: return nil
        }
    }

    private func isRefusal(_ words: String) -> Bool {
        ["unauthorized", "denied", "authentication required", "manifest unknown", "not found"].contains(
            where: words.contains)
    }

    /// Whether the cause may be gone by itself: the registry of a base image does not answer.
    private func isPassing(_ cause: Cause) -> Bool {
        guard cause.instruction?.keyword == "FROM" else { return false }
        let words = cause.words.lowercased()
        return [
            "connection refused", "connection reset", "no such host", "i/o timeout", "tls handshake timeout",
            "network is unreachable", "no route to host", "toomanyrequests", "too many requests", "bad gateway",
            "service unavailable", "gateway timeout", "temporary failure", "unexpected eof",
        ].contains(where: words.contains)
    }
}

/// The engine's failures that have nothing to do with a particular build.
package enum BuilderFailures {
    /// What a failed request to the engine means for a build.
    package static func engine(_ error: EngineError) -> StageFailure { .engine(error) }
}

extension StageFailure {
    static func engine(_ error: EngineError) -> Self {
        if error.isCancelled { return .cancelled }
        if error.isUnavailable {
            return Self(
                reason: .engineUnavailable, verdict: .retry(after: nil),
                message: "the container engine does not answer: \(error.message)",
                hint: "is it running? 'slipway doctor' looks")
        }
        if isDiskFull(error.message) {
            return Self(
                reason: .diskFull, verdict: .retry(after: nil),
                message: "the container engine has no space left: \(error.message)",
                hint: "remove images that nothing needs, or make the disk larger")
        }
        return Self(
            reason: error.isTimeout ? .timedOut : .engineRefused,
            verdict: error.isTimeout || error.status >= 500 ? .retry(after: nil) : .stall,
            message: "the container engine refused: \(error)")
    }

    /// The image that a build named is not the one it was asked for: its output forged an id.
    static func foreignImage(_ image: ImageID, service: String) -> Self {
        Self(
            reason: .buildFailed, verdict: .stall,
            message: "the build of service '\(service)' named \(image), which it did not make")
    }
}

/// ENOSPC in the words of Go's standard library.
private func isDiskFull(_ message: String) -> Bool { message.contains("no space left on device") }
