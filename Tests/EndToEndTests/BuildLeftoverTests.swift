import FoundationEssentials
import HTTPClient
import Model
import SQLite
import TestSupport
import Testing

/// What builds leave in the engine besides their images: kept as long as there is room for it, and then no longer.
@Suite struct BuildLeftoverTests {
    private struct Image: Decodable {
        let Id: String
        let RepoTags: [String]?
    }

    /// The images without a name, those of single steps.
    private static func nameless(in scene: Scene) throws -> [String] {
        let answer = try scene.host.ask("GET", "/v1.40/images/json?all=1")
        return try JSONDecoder().decode([Image].self, from: Data(answer.body)).filter { image in
            (image.RepoTags ?? []).allSatisfy { $0 == "<none>:<none>" }
        }.map(\.Id)
    }

    /// Two stages, of which the first leaves steps that the image itself does not have.
    private static let dockerfile = """
        FROM scratch AS workshop
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "mkdir", "/made"]
        RUN ["/bin/busybox", "touch", "/made/by-hand"]

        """ + Application.dockerfile().replacing("EXPOSE", with: "COPY --from=workshop /made /made\nEXPOSE")

    @Test(arguments: EngineFixture.Program.allCases)
    func stepsGoWhenTheyTakeTooMuchAndTheImageStays(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, withOwnEngine: true, settings: "limits: { build_cache: 1Mi }") { scene in
            let commit = try scene.push(page: "first", files: ["Dockerfile": Self.dockerfile])
            try await scene.live(commit, in: "staging")
            let steps = try Self.nameless(in: scene)
            #expect(steps.count > 3)
            // Whatever else is there is nobody's to remove: one that a stranger has built.
            scene.daemon.stop()
            try scene.daemon.start()
            try await scene.eventually("the steps of the first stage are gone") {
                try Self.nameless(in: scene).count < steps.count
            }
            try await scene.eventually("it is served") { scene.page(of: "staging") == "first\n" }
            // A build that uses what is left, and makes anew what is not.
            let next = try scene.push(page: "second", files: ["Dockerfile": Self.dockerfile])
            try await scene.live(next, in: "staging")
        }
    }

    @Test func aBaseImageThatABuildFetchedIsRemembered() async throws {
        try await Scene.play(on: .docker, withOwnEngine: true) { scene in
            let registry = try Registry(in: scene.directory)
            let name = "127.0.0.1:\(registry.port)/base:1"
            try await scene.live(try scene.push(page: "first"), in: "staging")
            let container = try await scene.onlyContainer(of: "staging")
            try registry.take(imageOf: container.Id, as: name, from: scene)
            let files = ["Dockerfile": "FROM \(name)\nCOPY page /page\n", "page": "second\n"]
            try await scene.live(try scene.push(files), in: "staging")
            try await scene.eventually("it is served") { scene.page(of: "staging") == "second\n" }
            let path = scene.directory.path(of: "state/slipway.db")
            try await scene.eventually("the base image is on record") {
                try Connection(path: path, access: .readOnly).rows(
                    "SELECT reference FROM build_traces WHERE reference IS NOT NULL"
                ) { $0.text(0) } == [name]
            }
        }
    }
}

/// A registry of one test's own, on loopback.
private final class Registry {
    let port: Int
    private let program: BackgroundProgram

    init(in directory: TemporaryDirectory) throws {
        port = try #require(Loopback.freePort())
        try directory.write(
            """
            version: 0.1
            storage: { filesystem: { rootdirectory: \(directory.path)/registry } }
            http: { addr: "127.0.0.1:\(port)" }

            """, to: "registry.yml")
        program = BackgroundProgram("/usr/bin/docker-registry", ["serve", directory.path(of: "registry.yml")])
        try #require(Loopback.waitForListener(at: port))
    }

    /// Has the engine push the image of a container under that name, and forget the name.
    func take(imageOf container: String, as name: String, from scene: Scene) throws {
        struct Inspected: Decodable { let Image: String }
        let answer = try scene.host.ask("GET", "/v1.40/containers/\(container)/json")
        let image = try JSONDecoder().decode(Inspected.self, from: Data(answer.body)).Image
        let parts = name.split(separator: ":")
        let repository = parts.dropLast().joined(separator: ":")
        #expect(try scene.host.ask("POST", "/v1.40/images/\(image)/tag?repo=\(repository)&tag=1").isSuccess)
        let pushed = try scene.host.ask(
            "POST", "/v1.40/images/\(repository)/push?tag=1", body: Array("{}".utf8), type: "application/json")
        #expect(pushed.isSuccess)
        #expect(!String(decoding: pushed.body, as: UTF8.self).contains("error"))
        #expect(try scene.host.ask("DELETE", "/v1.40/images/\(name)?noprune=1").isSuccess)
    }
}
