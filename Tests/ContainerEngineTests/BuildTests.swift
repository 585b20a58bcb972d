import ContainerEngine
import FoundationEssentials
import HTTPClient
import Model
import Synchronization
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct BuildTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func givesTheIDOfAnImageThatSaysWhatItIs(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let tag = "slipway.local/shop:\(bench.fixture.uniqueName("key"))"
        let output = Collected<String>()
        let request = BuildRequest(
            arguments: ["EDITION": "pro & \"more\""],
            labels: bench.labels.merging(["io.slipway.project": "shop"]) { $1 },
            tag: tag)
        let dockerfile = """
            FROM scratch
            COPY busybox /bin/busybox
            COPY busybox /bin/sh
            ARG EDITION
            RUN busybox echo "edition: $EDITION" > /edition && busybox cat /edition
            EXPOSE 9090/tcp 53/udp 8080
            CMD ["/bin/busybox", "cat", "/edition"]
            """
        let id = try await bench.build(dockerfile, request) { output.append([$0]) }
        let detail = try #require(try await bench.engine.inspectImage(id))
        #expect(detail.id == id)
        #expect(detail.exposedTCPPorts == [8080, 9090])
        #expect(detail.labels["io.slipway.project"] == "shop")
        #expect(detail.sizeBytes > 0)
        #expect(detail.tags == [tag])
        #expect(try await bench.engine.images(labels: bench.labels).map(\.id).contains(id))
        #expect(output.all.joined().contains("edition: pro & \"more\"\n"))

        let network = try await bench.network()
        let container = try await bench.engine.create(
            ContainerSpec(name: bench.fixture.uniqueName("c"), image: id, network: network, restartPolicy: .never))
        try await bench.engine.start(container)
        #expect(try await bench.output(of: container) == "edition: pro & \"more\"\n")
        let inUse = await #expect(throws: EngineError.self) { try await bench.engine.removeImage(id.description) }
        #expect(inUse?.isConflict == true, "\(String(describing: inUse))")
        try await bench.engine.remove(container, force: true)
        try await bench.engine.removeImage(id.description, force: true)
        try await bench.engine.removeImage(id.description)
        #expect(try await bench.engine.inspectImage(id) == nil)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func survivesAPruneByItsTag(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.build("FROM scratch\nCOPY busybox /\nLABEL a=b", bench.request())
        // Only of those with our label: others are being built.
        let label = try #require(bench.labels.values.first)
        let filters =
            "%7B%22dangling%22%3A%5B%22true%22%5D%2C%22label%22%3A%5B%22io.slipway.instance%3D\(label)%22%5D%7D"
        let answer = try bench.fixture.ask("POST", "/images/prune?filters=\(filters)")
        #expect(answer.isSuccess)
        #expect(try await bench.engine.inspectImage(id) != nil)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func buildsTheStageThatIsNamed(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let dockerfile = "FROM scratch AS one\nCOPY busybox /\nEXPOSE 1\nFROM scratch\nCOPY busybox /\nEXPOSE 2"
        var request = bench.request()
        request.target = "one"
        let id = try await bench.build(dockerfile, request)
        #expect(try await bench.engine.inspectImage(id)?.exposedTCPPorts == [1])
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func keepsStepsOffTheNetwork(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        var request = bench.request()
        request.isNetworkAllowed = false
        let output = Collected<String>()
        _ = try await bench.build(Self.running("busybox cat /proc/net/dev"), request) { output.append([$0]) }
        #expect(output.all.joined().contains("lo:"))
        #expect(!output.all.joined().contains("eth0:"))
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func keepsStepsOffTheHostsNetwork(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let output = Collected<String>()
        let script = "echo \"in $(busybox readlink /proc/self/ns/net)\""
        _ = try await bench.build(Self.running(script), bench.request()) { output.append([$0]) }
        let ours = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        #expect(output.all.joined().contains("in net:["))
        #expect(!output.all.joined().contains("in \(ours)"))
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        let name: String
        let dockerfile: String
        let words: [EngineFixture.Program: String]
        var testDescription: String { name }
    }

    static let failures = [
        Failure(
            name: "a step fails", dockerfile: running("echo broken >&2; exit 7"),
            words: [.podman: "exit status 7", .docker: "returned a non-zero code: 7"]),
        Failure(
            name: "an unknown instruction", dockerfile: "FROM scratch\nCPOY busybox /",
            words: [.podman: "CPOY", .docker: "unknown instruction: CPOY"]),
        Failure(
            name: "a file that is not there", dockerfile: "FROM scratch\nCOPY nothing /",
            words: [.podman: "nothing", .docker: "nothing"]),
        Failure(
            name: "a base image that is not there", dockerfile: "FROM 127.0.0.1:1/nothing:1\nCOPY busybox /",
            words: [.podman: "127.0.0.1:1", .docker: "127.0.0.1:1"]),
        Failure(
            name: "an empty Dockerfile", dockerfile: "\n", words: [.podman: "", .docker: "file with no instructions"]),
    ]

    @Test(arguments: EngineFixture.Program.allCases, failures)
    func saysWhyItFailed(_ program: EngineFixture.Program, _ failure: Failure) async throws {
        let bench = try await Bench(program)
        let output = Collected<String>()
        let error = await #expect(throws: EngineError.self) {
            try await bench.build(failure.dockerfile, bench.request()) { output.append([$0]) }
        }
        let words = try #require(failure.words[program])
        #expect(error?.message.contains(words) == true || words.isEmpty, "\(String(describing: error)), \(output.all)")
        #expect(error?.isUnavailable == false, "\(String(describing: error))")
        #expect(error?.request == "POST /build")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func saysThatTheDockerfileIsMissing(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        var request = bench.request()
        request.dockerfile = "deploy/Dockerfile"
        let error = await #expect(throws: EngineError.self) { try await bench.build("FROM scratch", request) }
        #expect(error?.message.contains("deploy/Dockerfile") == true, "\(String(describing: error))")
        #expect(error?.isUnavailable == false, "\(String(describing: error))")
    }

    struct Refused: Error {}

    @Test(arguments: EngineFixture.Program.allCases)
    func endsWithWhatTheContextThrows(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let context = try EngineFixture.context(dockerfile: "FROM scratch\nCOPY busybox /")
        let pieces = Mutex(0)
        let error = await #expect(throws: EngineError.self) {
            try await bench.engine.build(bench.request()) {
                let piece = pieces.withLock { pieces in
                    defer { pieces += 1 }
                    return pieces
                }
                if piece == 3 { throw Refused() }
                return Array(context[(piece * 65_536)..<((piece + 1) * 65_536)])
            } onOutput: { _ in
            }
        }
        #expect(error?.cause is Refused, "\(String(describing: error))")
        #expect(error?.isCancelled == false)
    }

    private static func running(_ script: String) -> String {
        "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nRUN \(script)"
    }
}
