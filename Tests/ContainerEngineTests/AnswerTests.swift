import FoundationEssentials
import HTTPClient
import Model
import Testing

@testable import ContainerEngine

/// What engines answer, as they were heard to, and what is understood.
struct AnswerTests {
    private static let image = String(repeating: "ab", count: 32)

    private static func decoded<Answer: Decodable>(_ type: Answer.Type, _ text: String) throws -> Answer {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test(arguments: ["sha256:", ""])
    func imagesAreTheSameWithAndWithoutTheirAlgorithm(_ prefix: String) throws {
        let text = """
            [{"Id":"c","Names":["/n","/m"],"ImageID":"\(prefix)\(Self.image)","State":"running","Labels":null,"Ports":null,
            "Created":1795224219,"Unknown":[{"a\\"":[1.5e3,true,null,"}"]}]}]
            """
        let listed = try #require(try ContainerListing.read(Array(text.utf8)).first)
        #expect(listed.imageID == ImageID(Self.image))
        #expect(listed.name == "n")
        #expect(listed.createdAt.milliseconds == 1_795_224_219_000)
    }

    @Test
    func portsThatAreNotPublishedAreLeftOut() throws {
        let text = """
            [{"Id":"c","Names":["/n"],"State":"exited","Created":1,"Ports":[{"PrivatePort":80,"Type":"tcp"},
            {"IP":"127.0.0.1","PrivatePort":8080,"PublicPort":20001,"Type":"tcp"}]}]
            """
        let ports = try ContainerListing.read(Array(text.utf8)).first?.ports
        #expect(ports == [PublishedPort(address: "127.0.0.1", hostPort: 20_001, containerPort: 8080)])
    }

    @Test(arguments: [
        "", "{}", "[", "[{]", "[{}", "[{},]", "[{\"Id\":1}]", "[{\"Id\":\"a}]", "[{\"Created\":\"1\"}]", "[] x", "[{}]",
        "[{\"a\":]}]",
        "[{\"a\":,}]", "[{\"a\" 1}]", "[{\"Id\":\"\\u12\"}]", "[{\"Id\":\"\\x\"}]", "[{\"Labels\":{\"a\":1}}]",
        "<html>",
    ])
    func aListingThatBreaksOffIsRefused(_ text: String) {
        #expect(throws: JSONReader.Malformed.self) { try ContainerListing.read(Array(text.utf8)) }
    }

    @Test
    func labelsMayHaveAnyCharacters() throws {
        let labels = ["a": "\"\\/\n\t\r\u{8}\u{c}", "ü": "\u{1F680}ß", "empty": "", "<&>": "\u{1}"]
        let encoded = String(decoding: try JSONEncoder().encode(labels), as: UTF8.self)
        let ascii = #""escaped":"\ud83d\ude80\u00df""#
        let text =
            "[{\"Id\":\"c\",\"Names\":[\"n\"],\"State\":\"exited\",\"Labels\": {\(ascii),\(encoded.dropFirst())  } ]"
        let read = try ContainerListing.read(Array(text.utf8)).first?.labels
        #expect(read == labels.merging(["escaped": "\u{1F680}ß"]) { $1 })
    }

    @Test
    func depthCostsNothing() throws {
        let text = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
        var reader = JSONReader(Array(text.utf8))
        try reader.skip()
        let isAtEnd = reader.isAtEnd()
        #expect(isAtEnd)
    }

    @Test
    func statesOfBothEnginesAreKnown() {
        let words = [
            "created": ContainerState.created, "configured": .created, "initialized": .created, "running": .running,
            "stopping": .running, "paused": .paused, "restarting": .restarting, "exited": .exited, "stopped": .exited,
            "removing": .dead, "dead": .dead, "anything": .dead,
        ]
        for (word, state) in words { #expect(ContainerState(engineWord: word) == state) }
    }

    struct Heard: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let expected: EngineEvent
    }

    static let events = [
        Heard(
            testDescription: "Podman, died",
            text: """
                {"status":"died","id":"c1","from":"i","Type":"container","Action":"died","Actor":{"ID":"c1","Attributes":\
                {"containerExitCode":"137","image":"i","name":"web","io.slipway.service":"web"}},"scope":"local",\
                "time":1795224219,"timeNano":1795224219123456789}
                """,
            expected: EngineEvent(
                kind: .died, containerID: "c1", name: "web", labels: ["io.slipway.service": "web"],
                at: Timestamp(milliseconds: 1_795_224_219_123), exitCode: 137)),
        Heard(
            testDescription: "Docker, destroyed",
            text: """
                {"status":"destroy","id":"c1","from":"i","Type":"container","Action":"destroy","Actor":{"ID":"c1",\
                "Attributes":{"image":"i","name":"web","io.slipway.service":"web"}},"scope":"local","time":1795224219}
                """,
            expected: EngineEvent(
                kind: .destroyed, containerID: "c1", name: "web", labels: ["io.slipway.service": "web"],
                at: Timestamp(milliseconds: 1_795_224_219_000))),
        Heard(
            testDescription: "something else",
            text: #"{"Type":"container","Action":"exec_create: ls","Actor":{"ID":"c1","Attributes":null}}"#,
            expected: EngineEvent(
                kind: .other, containerID: "c1", name: "", labels: [:], at: Timestamp(milliseconds: 0))),
        Heard(
            testDescription: "a moment that there is none of",
            text: #"{"Action":"start","Actor":{"ID":"c1"},"time":9223372036854775807}"#,
            expected: EngineEvent(
                kind: .started, containerID: "c1", name: "", labels: [:], at: Timestamp(milliseconds: 0))),
    ]

    @Test(arguments: events)
    func eventsOfBothEnginesAreTheSame(_ heard: Heard) throws {
        #expect(try Self.decoded(EventMessage.self, heard.text).value == heard.expected)
    }

    private static func build(_ lines: [String]) throws -> (BuildOutput, shown: String) {
        var output = BuildOutput()
        var shown = ""
        for line in lines { shown += output.take(try decoded(StreamMessage.self, line)) ?? "" }
        return (output, shown)
    }

    @Test
    func aBuildsImageIsInItsStream() throws {
        let (docker, shown) = try Self.build([
            #"{"stream":"Step 1/1 : FROM scratch"}"#, #"{"stream":"\n"}"#,
            #"{"aux":{"ID":"sha256:\#(Self.image)"}}"#, #"{"stream":"Successfully built abababababab\n"}"#,
        ])
        #expect(docker.image == ImageID(Self.image))
        #expect(docker.failure == nil)
        #expect(shown == "Step 1/1 : FROM scratch\nSuccessfully built abababababab\n")
        let (podman, _) = try Self.build([#"{"stream":"COMMIT x\n"}"#, #"{"stream":"\#(Self.image)\n"}"#])
        #expect(podman.image == ImageID(Self.image))
    }

    @Test
    func aBuildsFailureIsInItsStream() throws {
        let (output, _) = try Self.build([
            #"{"stream":"STEP 1/2: FROM scratch\n"}"#,
            #"{"errorDetail":{"message":"building at STEP \"RUN x\": exit status 1\n"},"error":"other words"}"#,
        ])
        #expect(output.failure == "building at STEP \"RUN x\": exit status 1")
        #expect(output.image == nil)
    }

    @Test
    func progressOfDownloadsIsNotShown() throws {
        let (_, shown) = try Self.build([
            #"{"status":"Pulling from library/x","id":"latest"}"#,
            #"{"status":"Downloading","progressDetail":{"current":1,"total":2},"progress":"[=> ]","id":"a1"}"#,
            #"{"status":"Digest: sha256:1"}"#,
        ])
        #expect(shown == "Digest: sha256:1\n")
    }

    @Test
    func aRefusalIsInTheEnginesWords() {
        let ask = Ask("POST", "/containers/create")
        func error(_ status: Int, _ body: String) -> EngineError {
            ask.refusal(HTTPResponse(status: status, headers: [], body: Array(body.utf8)))
        }
        #expect(error(409, #"{"message":"taken"}"#).description == "POST /containers/create: 409: taken")
        #expect(error(500, #"{"cause":"c","message":"m","response":500}"#).message == "m")
        #expect(error(502, "<html>").message == "<html>")
        #expect(error(404, "").message == "refused without a reason")
    }

    @Test
    func errorsSayWhatHappensNext() {
        func error(
            _ status: Int, _ code: HTTPClientError.Code?, _ message: String = "", cause: (any Error)? = nil
        ) -> EngineError {
            EngineError(status: status, code: code, message: message, request: "GET /x", cause: cause)
        }
        #expect(error(0, .cannotConnect).isUnavailable)
        #expect(error(0, .gotNothing).isUnavailable)
        #expect(error(503, nil).isUnavailable)
        #expect(!error(500, nil).isUnavailable)
        #expect(!error(0, .timedOut).isUnavailable && error(0, .timedOut).isTimeout)
        #expect(error(0, .aborted).isCancelled && !error(0, .aborted).isUnavailable)
        #expect(!error(0, .aborted, cause: CancellationError()).isCancelled)
        #expect(error(409, nil).isConflict && error(500, nil, "x: network already exists").isConflict)
        #expect(error(404, nil).isNotFound)
        #expect(error(403, nil, "Pool overlaps with other one on this address space").isSubnetTaken)
        #expect(error(0, .cannotConnect, "no").description == "GET /x: no")
    }

    @Test
    func aThousandContainersAreRead() throws {
        let one = """
            {"Id":"c","Names":["/slipway--shop--staging--web--1"],"Image":"x","ImageID":"sha256:\(Self.image)","Command":"x",\
            "Created":1795224219,"Ports":[{"IP":"127.0.0.1","PrivatePort":8080,"PublicPort":20001,"Type":"tcp"}],"Labels":\
            {"io.slipway.instance":"i","io.slipway.project":"shop","io.slipway.environment":"staging",\
            "io.slipway.service":"web","io.slipway.release":"\(Self.image)","io.slipway.commit":"\(Self.image)"},\
            "State":"running","Status":"Up 3 hours","HostConfig":{"NetworkMode":"n"},"NetworkSettings":{"Networks":{"n":\
            {"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"x","EndpointID":"y","Gateway":"10.0.0.1"}}},"Mounts":[]}
            """
        let text = "[" + Array(repeating: one, count: 1000).joined(separator: ",") + "]"
        #expect(try ContainerListing.read(Array(text.utf8)).count == 1000)
    }
}
