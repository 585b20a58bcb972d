import FoundationEssentials
import HTTPClient
import Model
import Testing

@testable import ContainerEngine

/// What goes over the socket, and how it is read; no engine needed.
struct WireTests {
    private static let image = String(repeating: "ab", count: 32)

    private static func fullSpec() throws -> ContainerSpec {
        ContainerSpec(
            name: "c", image: try #require(ImageID(image)), command: ["a", "b"], environment: ["K": "v"],
            labels: ["l": "m"], network: "n", networkAliases: ["web"],
            publish: .init(hostPort: 20_001, containerPort: 8080), cpuMillis: 1500, memoryBytes: 1 << 30, pidsLimit: 10,
            stopTimeout: .seconds(7), restartPolicy: .keepRunning, logLimitBytes: 1000)
    }

    @Test
    func aContainerIsExactlyWhatItsSpecSays() throws {
        let docker = try JSON.text(ContainerCreation(Self.fullSpec(), for: .docker), for: "")
        let expected = """
            {"Cmd":["a","b"],"Env":["K=v"],"ExposedPorts":{"8080/tcp":{}},"HostConfig":{"LogConfig":{"Config":\
            {"max-file":"2","max-size":"500"},"Type":"json-file"},"Memory":1073741824,"MemorySwap":1073741824,\
            "NanoCpus":1500000000,"NetworkMode":"n","PidsLimit":10,"PortBindings":{"8080/tcp":[{"HostIp":"127.0.0.1",\
            "HostPort":"20001"}]},"RestartPolicy":{"Name":"unless-stopped"}},"Image":"sha256:\(Self.image)",\
            "Labels":{"l":"m"},"NetworkingConfig":{"EndpointsConfig":{"n":{"Aliases":["web"]}}},"StopTimeout":7}
            """
        #expect(docker == expected)
        let podman = try JSON.text(ContainerCreation(Self.fullSpec(), for: .podman), for: "")
        #expect(podman.contains(#""RestartPolicy":{"Name":"always"}"#))
        #expect(podman.contains(#""LogConfig":{"Config":{"max-size":"1000"},"Type":"k8s-file"}"#))
    }

    @Test
    func whatASpecDoesNotSayIsNotSent() throws {
        let spec = ContainerSpec(
            name: "c", image: try #require(ImageID(Self.image)), network: "n", pidsLimit: nil, restartPolicy: .never,
            logLimitBytes: nil)
        let text = try JSON.text(ContainerCreation(spec, for: .docker), for: "")
        let expected = """
            {"Env":[],"HostConfig":{"NetworkMode":"n","RestartPolicy":{"Name":"no"}},"Image":"sha256:\(Self.image)",\
            "Labels":{},"NetworkingConfig":{"EndpointsConfig":{"n":{"Aliases":[]}}},"StopTimeout":30}
            """
        #expect(text == expected)
    }

    @Test
    func aBuildSaysEverythingInItsQuery() throws {
        let request = BuildRequest(
            dockerfile: "d/Dockerfile", target: "t", arguments: ["A": "1"], labels: ["l": "m"],
            tag: "slipway.local/x:1",
            memoryBytes: 5, isNetworkAllowed: false)
        func items(_ flavour: EngineVersion.Flavour, _ request: BuildRequest, _ cgroup: String?) throws -> [String] {
            try BuildQuery.items(of: request, on: flavour, cgroup: cgroup, for: "").map { "\($0.name)=\($0.value)" }
        }
        let excluded = #"excludes=["/nothing"]"#
        let common = [
            "dockerfile=d/Dockerfile", "t=slipway.local/x:1", "rm=1", "forcerm=1", "version=1", excluded,
            #"labels={"l":"m"}"#,
            #"buildargs={"A":"1"}"#, "target=t", "memory=5", "memswap=5",
        ]
        let ownNetwork = #"nsoptions=[{"Name":"network","Host":false,"Path":""}]"#
        #expect(try items(.docker, request, nil) == common + ["networkmode=none"])
        #expect(
            try items(.podman, request, "g") == common + [ownNetwork, "networkmode=NetworkDisabled", "cgroupparent=/g"])
        let plain = BuildRequest(tag: "x", memoryBytes: nil)
        let least = ["dockerfile=Dockerfile", "t=x", "rm=1", "forcerm=1", "version=1", excluded]
        #expect(try items(.docker, plain, nil) == least)
        #expect(try items(.podman, plain, nil) == least + [ownNetwork])
        let brief = BuildRequest(tag: "x", memoryBytes: nil, keepsSteps: false)
        #expect(try items(.docker, brief, nil) == least)
        #expect(try items(.podman, brief, nil) == least + [ownNetwork, "layers=0"])
        let apart = BuildRequest(tag: "x", memoryBytes: nil, keepsSteps: false, isApart: true)
        #expect(try items(.podman, apart, nil) == least + [ownNetwork, "layers=0", "nocache=1", "pull=1"])
    }

    @Test
    func anAddressIsEscaped() {
        var ask = Ask("GET", "/containers/json", query: [("filters", #"{"label":["a=b c&"]}"#), ("all", "1")])
        ask.timeout = .seconds(3)
        let request = ask.request(socketPath: "/s", prefix: "/v1.41")
        let query = "filters=%7B%22label%22%3A%5B%22a%3Db%20c%26%22%5D%7D&all=1"
        #expect(request.url == "http://localhost/v1.41/containers/json?\(query)")
        #expect(percentEncoded("../ü") == "..%2F%C3%BC")
    }

    @Test
    func credentialsOfRegistriesAreInTheAlphabetForURLs() throws {
        let credential = RegistryCredential(host: "r.example", user: "u", password: Secret("???>>>"))
        let header = try Registries.header(of: [credential])
        #expect(!header.contains("+") && !header.contains("/"))
        let standard = header.replacing("-", with: "+").replacing("_", with: "/")
        let json = String(decoding: try #require(Data(base64Encoded: standard)), as: UTF8.self)
        #expect(json == #"{"r.example":{"password":"???>>>","serveraddress":"r.example","username":"u"}}"#)
    }

    struct Versions: Sendable, CustomTestStringConvertible {
        let newest: String
        let oldest: String
        let prefix: String
        var testDescription: String { "\(oldest) to \(newest)" }
    }

    @Test(arguments: [
        Versions(newest: "1.41", oldest: "1.24", prefix: "/v1.41"),
        Versions(newest: "1.52", oldest: "1.44", prefix: "/v1.44"),
        Versions(newest: "1.40", oldest: "1.12", prefix: "/v1.40"),
        Versions(newest: "1.100", oldest: "1.9", prefix: "/v1.41"),
    ])
    func theVersionSpokenIsOneTheEngineKnows(_ versions: Versions) {
        let dialect = Dialect(flavour: .docker, newest: versions.newest, oldest: versions.oldest)
        #expect(dialect.prefix == versions.prefix)
    }

    struct Moment: Sendable, CustomTestStringConvertible {
        let text: String?
        let expected: String?
        var testDescription: String { text ?? "nothing" }
    }

    @Test(arguments: [
        Moment(text: "2026-11-21T01:23:39.123456789Z", expected: "2026-11-21T01:23:39.123Z"),
        Moment(text: "2026-11-21T01:23:39.1Z", expected: "2026-11-21T01:23:39.100Z"),
        Moment(text: "2026-11-21T01:23:39Z", expected: "2026-11-21T01:23:39.000Z"),
        Moment(text: "2026-11-21T01:23:39.5+02:30", expected: "2026-11-20T22:53:39.500Z"),
        Moment(text: "2026-12-31T23:59:59-01:00", expected: "2027-01-01T00:59:59.000Z"),
        Moment(text: "0001-01-01T00:00:00Z", expected: nil),
        Moment(text: "2026-11-21T01:23:39.", expected: nil),
        Moment(text: "2026-11-21 yesterday..", expected: nil),
        Moment(text: "", expected: nil),
        Moment(text: nil, expected: nil),
    ])
    func momentsAreRead(_ moment: Moment) {
        #expect(EngineTime.moment(moment.text)?.description == moment.expected)
    }

    @Test(arguments: 1...20)
    func framesAreTakenOffHoweverTheyAreCut(_ size: Int) throws {
        let stream: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 5] + Array("hello".utf8) + [2, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 1, 4]
            + [UInt8](repeating: 7, count: 260)
        var frames = LogFrames()
        var output: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            output += try frames.take(Array(stream[start..<min(start + size, stream.count)])).flatMap { $0 }
        }
        #expect(output == Array("hello".utf8) + [UInt8](repeating: 7, count: 260))
    }

    @Test
    func whatIsNoLogIsRefused() {
        var frames = LogFrames()
        #expect(throws: LogFrames.Malformed.self) { try frames.take(Array("HTTP/1.1 200".utf8)) }
    }

    @Test(arguments: 1...12)
    func linesArePutTogetherHoweverTheyAreCut(_ size: Int) throws {
        let stream = Array("{\"a\":1}\r\n\n{\"b\":2}\n{\"c\"".utf8)
        var lines = JSONLines()
        var output: [String] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            let piece = Array(stream[start..<min(start + size, stream.count)])
            output += try lines.take(piece).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(output == ["{\"a\":1}\r", "{\"b\":2}"])
    }

    @Test
    func aLineThatNeverEndsIsRefused() {
        var lines = JSONLines()
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: JSONLines.byteLimit)
        #expect(throws: Never.self) { try lines.take(piece) }
        #expect(throws: JSONLines.TooLong.self) { try lines.take([UInt8(ascii: "x")]) }
    }
}
