import ContainerEngine
import Model
import Testing

@testable import Builder

@Suite struct ContextReaderTests {
    private let sample: Sample

    init() throws { sample = try Sample() }

    private func context(
        _ files: [String: Sample.File], _ definition: BuildDefinition = .init(), limits: BuilderLimits = .init()
    ) throws -> BuildContext {
        var reader = try ContextReader(mirror: sample.mirror, commit: try sample.commit(files))
        let context = try reader.context(of: definition)
        try reader.check(context, of: definition, limits: limits)
        return context
    }

    private func paths(_ context: BuildContext) -> [String] {
        context.entries.map { String(decoding: $0.path, as: UTF8.self) }
    }

    private func failure(
        _ files: [String: Sample.File], _ definition: BuildDefinition = .init(), limits: BuilderLimits = .init()
    ) -> StageFailure? {
        do {
            _ = try context(files, definition, limits: limits)
            return nil
        } catch {
            return error as? StageFailure
        }
    }

    @Test func sendsWhatTheIgnoreFileLeaves() throws {
        let files: [String: Sample.File] = [
            "Dockerfile": .text("FROM scratch"), ".dockerignore": .text("*\n!src\n"), "src/a": .text("a"),
            "doc/b": .text("b"),
        ]
        let context = try context(files)
        #expect(paths(context) == [".dockerignore", "Dockerfile", "src/a"])
        #expect(context.withheld.map { String(decoding: $0, as: UTF8.self) } == [".dockerignore", "Dockerfile"])
    }

    @Test func prefersTheIgnoreFileOfTheDockerfile() throws {
        let files: [String: Sample.File] = [
            "build/web": .text("FROM scratch"), "build/web.dockerignore": .text("doc"), ".dockerignore": .text("src"),
            "src/a": .text("a"), "doc/b": .text("b"),
        ]
        let context = try context(files, .init(dockerfile: "build/web"))
        #expect(paths(context) == [".dockerignore", "build/web", "build/web.dockerignore", "src/a"])
    }

    @Test func aContextInADirectoryHasPathsOfItsOwn() throws {
        let files: [String: Sample.File] = [
            "api/Dockerfile": .text("FROM scratch"), "api/x/y": .program("#!"), "other": .text(""),
            "api/l": .link("../other"),
        ]
        let context = try context(files, .init(context: "./api/"))
        #expect(paths(context) == ["Dockerfile", "l", "x/y"])
        #expect(context.entries.map(\.kind) == [.file, .link, .executable])
    }

    @Test func followsADockerfileThatIsALinkInsideTheContext() throws {
        let context = try context(["Dockerfile": .link("docker/web"), "docker/web": .text("FROM scratch")])
        #expect(context.dockerfile == Array("docker/web".utf8))
    }

    @Test(arguments: ["/etc/shadow", "../../etc/shadow", "nothing", "Dockerfile"])
    func refusesADockerfileThatLeadsElsewhere(target: String) {
        let failure = failure(["Dockerfile": .link(target)])
        #expect(failure?.reason == .contextRefused)
        #expect(failure?.verdict == .stall)
        #expect(failure?.message.contains("'Dockerfile' is a symbolic link") == true)
    }

    @Test func namesTheDockerfilesThereAreWhenTheWantedOneIsMissing() {
        let failure = failure(["docker/web.Dockerfile": .text(""), "api/Dockerfile": .text(""), "x": .text("")])
        #expect(failure?.message == "there is no 'Dockerfile' in the repository")
        #expect(failure?.hint?.contains("'api/Dockerfile', 'docker/web.Dockerfile'") == true)
        #expect(failure?.verdict == .stall)
    }

    @Test func namesAContextThatIsNoDirectory() {
        #expect(
            failure(["Dockerfile": .text("")], .init(context: "api"))?.message.hasPrefix(
                "the build context 'api' is not a directory") == true)
        #expect(failure(["d/Dockerfile": .text(""), "l": .link("d")], .init(context: "l"))?.reason == .contextRefused)
    }

    @Test(arguments: ["../x", "/x", "a/../b", "https://example.com/x", "a\0b"])
    func refusesPathsOutsideTheRepository(path: String) {
        #expect(failure(["Dockerfile": .text("")], .init(context: path))?.reason == .manifestInvalid)
        #expect(failure(["Dockerfile": .text("")], .init(dockerfile: path))?.reason == .manifestInvalid)
    }

    @Test func refusesSubmodulesByName() {
        let commit = String(repeating: "1", count: 40)
        let failure = failure(["Dockerfile": .text(""), "lib/x": .submodule(commit)])
        #expect(failure?.message == "the build context cannot be sent: 'lib/x' is a submodule")
        let ignored = self.failure([
            "Dockerfile": .text(""), ".dockerignore": .text("lib"), "lib/x": .submodule(commit),
        ])
        #expect(ignored == nil)
    }

    /// A link at `a/l`, its target, and the words that refuse it.
    @Test(arguments: [
        ("/etc/passwd", "absolute"), ("../../etc/passwd", "out of the repository"), ("../b", nil), ("x/../../b", nil),
        ("l", nil), ("nothing/there", nil), ("../../a/b", "out of the repository"),
    ])
    func refusesLinksThatLeaveTheRepository(target: String, words: String?) {
        let failure = failure(["Dockerfile": .text(""), "a/l": .link(target), "b": .text("")])
        #expect((failure == nil) == (words == nil))
        if let words { #expect(failure?.message.contains(words) == true) }
    }

    @Test func seesThroughChainsOfLinks() {
        // By name alone `a/b/up/../x` stays inside; by the links it does not.
        let files: [String: Sample.File] = [
            "Dockerfile": .text(""), "a/b/up": .link("../.."), "evil": .link("a/b/up/../x"),
        ]
        #expect(failure(files)?.message.contains("'evil' is a symbolic link that leads out") == true)
    }

    @Test func namesTheLineOfAMalformedIgnoreFile() {
        let failure = failure(["Dockerfile": .text(""), ".dockerignore": .text("ok\n[x\n")])
        #expect(failure?.message == ".dockerignore:2: the pattern '[x' is malformed")
    }

    @Test func anIgnoreFileThatIsALinkIsRefused() {
        #expect(
            failure(["Dockerfile": .text(""), ".dockerignore": .link("x"), "x": .text("")])?.reason == .contextRefused)
    }

    @Test func aCommitThatIsNotThereIsTriedAgain() throws {
        let commit = try #require(ObjectID(String(repeating: "a", count: 40)))
        #expect(throws: StageFailure.self) { _ = try ContextReader(mirror: sample.mirror, commit: commit) }
    }

    @Test func refusesAFileOverTheLimitByName() {
        let limits = BuilderLimits(blobBytes: 2 << 20)
        let failure = failure(
            ["Dockerfile": .text(""), "a/big.bin": .bytes([UInt8](repeating: 7, count: 3 << 20))], limits: limits)
        #expect(failure?.reason == .contextRefused)
        #expect(failure?.verdict == .stall)
        #expect(
            failure?.message == "the build context cannot be sent: 'a/big.bin' has 3 MiB, more than the 2 MiB allowed")
    }

    @Test func refusesAContextOverTheLimit() {
        let half = [UInt8](repeating: 7, count: 700 << 10)
        let failure = failure(
            ["Dockerfile": .text(""), "a": .bytes(half), "b": .bytes(half + [1])],
            limits: BuilderLimits(contextBytes: 1 << 20))
        #expect(failure?.message == "the build context is larger than 1 MiB")
    }

    @Test func refusesPointersToLargeFilesByName() {
        let pointer =
            "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 1\n"
        let failure = failure(["Dockerfile": .text(""), "model.bin": .text(pointer)])
        #expect(failure?.message == "the build context cannot be sent: 'model.bin' is a pointer to a file in Git LFS")
        #expect(
            self.failure(["Dockerfile": .text(""), "doc.md": .text(String(repeating: " ", count: 2000) + pointer)])
                == nil)
    }
}
