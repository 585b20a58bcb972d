import ContainerEngine
import HTTPClient
import Model
import Testing

@testable import Builder

@Suite struct BuildFailuresTests {
    private static let dockerfile = """
        FROM registry.example.com/base:1
        COPY missing /
        RUN <<EOF
        echo hi
        EOF
        RUN one && \\
            two
        FOO bar
        """

    /// What an engine printed, what it said at the end, and what we make of it.
    struct Case: Sendable, CustomStringConvertible {
        let output: String
        let words: String
        let message: String
        var verdict = StageFailure.Verdict.stall
        var hint: String?
        var description: String { words }
    }

    static let cases: [Case] = [
        // Podman 4.3
        Case(
            output: "STEP 4/5: RUN one &&     two\n",
            words: "building at STEP \"RUN one &&     two\": while running runtime: exit status 3",
            message: " at Dockerfile:6, RUN one &&     two: exit status 3"),
        Case(
            output: "STEP 2/5: COPY missing /\n",
            words:
                "building at STEP \"COPY missing /\": checking on sources under \"/var/tmp/x\": copier: stat: \"/missing\": no such file or directory",
            message:
                " at Dockerfile:2, COPY missing /: checking on sources under \"/var/tmp/x\": copier: stat: \"/missing\": no such file or directory",
            hint: "is it committed, inside 'build.context', and not listed in .dockerignore?"),
        Case(
            output: "STEP 5/5: FOO bar\n",
            words:
                "building at STEP \"FOO \": Build error: Unknown instruction: \"FOO\" &imagebuilder.Step{Args:[]string{\"\"}, Message:\"FOO \", Original:\"FOO bar\"}",
            message: " at Dockerfile:8, FOO bar: unknown instruction FOO"),
        Case(
            output: "",
            words:
                "building at STEP \"ECHO \": Build error: Unknown instruction: \"ECHO\" &imagebuilder.Step{Message:\"ECHO \", Original:\"echo hi\"}",
            message: " at Dockerfile:4, RUN <<EOF: unknown instruction ECHO",
            hint: "this engine's builder does not know here-documents ('<<'): join the commands with '&&'"),
        Case(
            output: "STEP 1/5: FROM registry.example.com/base:1\n",
            words:
                "creating build container: pinging container registry: dial tcp 127.0.0.1:1: connect: connection refused",
            message:
                " at Dockerfile:1, FROM registry.example.com/base:1: creating build container: pinging container registry: dial tcp 127.0.0.1:1: connect: connection refused",
            verdict: .retry(after: nil), hint: "the registry of the base image cannot be reached"),
        Case(
            output: "", words: "no FROM statement found", message: ": no FROM statement found"),
        // Docker 20.10
        Case(
            output: "Step 4/5 : RUN one &&     two\n",
            words: "The command '/bin/sh -c one &&     two' returned a non-zero code: 3",
            message: " at Dockerfile:6, RUN one &&     two: exit status 3"),
        Case(
            output: "", words: "dockerfile parse error line 8: unknown instruction: FOO",
            message: " at Dockerfile:8, FOO bar: unknown instruction: FOO"),
        Case(
            output: "Step 1/5 : FROM registry.example.com/base:1\n",
            words: "pull access denied for base, repository does not exist or may require 'docker login': denied",
            message:
                " at Dockerfile:1, FROM registry.example.com/base:1: pull access denied for base, repository does not exist or may require 'docker login': denied",
            hint:
                "the registry refused: check the image's name, or add its account under 'registries' in the daemon's configuration"
        ),
    ]

    private func diagnosis(_ output: String) -> BuildDiagnosis {
        var transcript = BuildTranscript()
        transcript.take(output)
        return BuildDiagnosis(
            service: "web", dockerfile: Array("Dockerfile".utf8), scan: DockerfileScan(Array(Self.dockerfile.utf8)),
            transcript: transcript, labelCount: 0)
    }

    @Test(arguments: cases) func namesLineAndInstruction(_ example: Case) {
        let error = EngineError(status: 200, message: example.words, request: "POST /build")
        let output = example.output.isEmpty ? [] : [String(example.output.dropLast())]
        #expect(
            diagnosis(example.output).failure(error, timeout: .seconds(60))
                == StageFailure(
                    reason: .buildFailed, verdict: example.verdict,
                    message: "the build of service 'web' failed\(example.message)", hint: example.hint, output: output))
    }

    @Test func causesOutsideOfTheBuildAreNamedAsSuch() {
        func reason(_ error: EngineError) -> StageFailure.Reason {
            diagnosis("").failure(error, timeout: .seconds(60)).reason
        }
        let refused = StageFailure.contextTooLarge(1)
        #expect(
            reason(EngineError(status: 0, code: .aborted, message: "", request: "", cause: refused)) == .contextRefused)
        #expect(reason(EngineError(status: 0, code: .aborted, message: "cancelled", request: "")) == .cancelled)
        #expect(reason(EngineError(status: 0, code: .timedOut, message: "", request: "")) == .timedOut)
        #expect(reason(EngineError(status: 503, message: "", request: "")) == .engineUnavailable)
        #expect(
            reason(EngineError(status: 200, message: "write /x: no space left on device", request: "")) == .diskFull)
    }

    @Test func aBuildThatTookTooLongSaysWhere() {
        let error = EngineError(status: 0, code: .timedOut, message: "", request: "")
        let failure = diagnosis("STEP 4/5: RUN one &&     two\n").failure(error, timeout: .seconds(1800))
        #expect(
            failure.message
                == "the build of service 'web' took longer than 30 minutes at Dockerfile:6, RUN one &&     two")
        #expect(failure.verdict == .stall)
    }

    @Test func onlyDockersOwnFrontendIsTakenForAComment() {
        for name in [
            "docker/dockerfile:1", "docker.io/docker/dockerfile:1.7", "docker/dockerfile@sha256:0", "docker/dockerfile",
        ] {
            #expect(DockerfileScan.isStandard(name))
        }
        for name in ["evil/frontend", "docker/dockerfile-upstream:1", "evil/docker/dockerfile:1", ""] {
            #expect(!DockerfileScan.isStandard(name))
        }
    }
}
