import Model
import Testing

@testable import Builder

@Suite struct BuildKeyTests {
    private let sample: Sample

    init() throws { sample = try Sample() }

    private func key(
        _ files: [String: Sample.File], _ definition: BuildDefinition = .init(), platform: String = "linux/amd64"
    ) throws -> Digest {
        var reader = try ContextReader(mirror: sample.mirror, commit: try sample.commit(files))
        return BuildKey.key(of: try reader.context(of: definition), definition: definition, platform: platform)
    }

    private static let files: [String: Sample.File] = [
        "Dockerfile": .text("FROM scratch"), "run": .program("#!"), "l": .link("run"), ".dockerignore": .text("*.md"),
        "README.md": .text("one"),
    ]

    @Test func theSameContentHasTheSameKeyWhereverItLies() throws {
        let moved = Dictionary(uniqueKeysWithValues: Self.files.map { ("deep/down/" + $0.key, $0.value) })
        #expect(try key(Self.files) == key(moved, .init(context: "deep/down")))
    }

    @Test func ignoredFilesDoNotCount() throws {
        var changed = Self.files
        changed["README.md"] = .text("two")
        changed["docs/more.md"] = .text("")
        // `*.md` matches in the root only, so the second one is sent.
        #expect(try key(Self.files) != key(changed))
        changed["docs/more.md"] = nil
        #expect(try key(Self.files) == key(changed))
    }

    @Test func everythingThatIsSentCounts() throws {
        let base = try key(Self.files)
        var others: [Digest] = []
        func changed(_ change: (inout [String: Sample.File]) -> Void) throws {
            var files = Self.files
            change(&files)
            others.append(try key(files))
        }
        try changed { $0["run"] = .text("#!") }
        try changed { $0["run"] = .program("#!x") }
        try changed { $0["l"] = .link("Dockerfile") }
        try changed { $0["l"] = .text("run") }
        try changed { $0["new"] = .text("") }
        try changed { $0["Dockerfile"] = .text("FROM other") }
        try changed { $0[".dockerignore"] = .text("*.md\n") }
        others.append(try key(Self.files, .init(target: "x")))
        others.append(try key(Self.files, .init(target: "")))
        others.append(try key(Self.files, .init(arguments: ["A": "1"])))
        others.append(try key(Self.files, .init(arguments: ["A": "1", "B": ""])))
        others.append(try key(Self.files, platform: "linux/arm64"))
        #expect(Set(others + [base]).count == others.count + 1)
    }

    @Test func aForksBuildSharesItsKeyWithNothing() throws {
        var reader = try ContextReader(mirror: sample.mirror, commit: try sample.commit(Self.files))
        let context = try reader.context(of: .init())
        let keys = [BuildTier.repository, .fork(hasNetwork: false), .fork(hasNetwork: true)].map {
            BuildKey.key(of: context, definition: .init(), platform: "linux/amd64", tier: $0)
        }
        #expect(Set(keys).count == 3)
        #expect(try keys[0] == key(Self.files))
    }

    @Test func piecesCannotRunIntoEachOther() {
        var one = CanonicalForm("x", format: 1)
        one.add("a")
        one.add("bc")
        var other = CanonicalForm("x", format: 1)
        other.add("ab")
        other.add("c")
        #expect(one.digest != other.digest)
    }
}

@Suite struct ReleaseDigestTests {
    private let commit = ObjectID.zero
    private let digest = Digest(String(repeating: "1", count: 64))
    private let other = Digest(String(repeating: "2", count: 64))

    private func content(_ definition: ServiceDefinition, key: Digest? = nil) throws -> Digest {
        ReleaseDigest.content([
            CandidateService(name: "web", definition: definition, buildKey: try key ?? #require(digest))
        ])
    }

    @Test func everyFieldCountsButHowItIsBuilt() throws {
        let base = ServiceDefinition()
        let changes: [@Sendable (inout ServiceDefinition) -> Void] = [
            { $0.port = .number(80) }, { $0.port = .worker }, { $0.isPublic = false }, { $0.command = ["x"] },
            { $0.command = [] },
            { $0.variables = ["A": "B"] }, { $0.health.path = "/" }, { $0.health.interval = .seconds(2) },
            { $0.health.timeout = .seconds(3) }, { $0.health.retries = 4 }, { $0.health.deadline = .seconds(61) },
            { $0.replicas = 2 }, { $0.resources.cpuMillis = 1 }, { $0.resources.memoryBytes = 1 },
            { $0.dependsOn = ["db"] },
            { $0.drainTimeout = .seconds(1) }, { $0.stopTimeout = .seconds(1) }, { $0.overlap = false },
        ]
        var found = [try content(base), try content(base, key: other)]
        for change in changes {
            var definition = base
            change(&definition)
            found.append(try content(definition))
        }
        #expect(Set(found).count == changes.count + 2)
        // A field that is added must be written down in the canonical form, and here.
        #expect(Mirror(reflecting: base).children.count == 12)
        #expect(Mirror(reflecting: base.health).children.count == 5)
        #expect(Mirror(reflecting: base.resources).children.count == 2)
        var moved = base
        moved.build.context = "elsewhere"
        #expect(try content(moved) == content(base))
    }

    @Test func theOrderOfServicesDoesNotCount() throws {
        let services = ["b", "a"].map {
            CandidateService(name: $0, definition: .init(), buildKey: digest ?? other ?? ReleaseDigest.content([]))
        }
        #expect(ReleaseDigest.content(services) == ReleaseDigest.content(services.reversed()))
        #expect(ReleaseDigest.candidate(commit: commit, services: services).services.map(\.name) == ["a", "b"])
    }

    @Test func aReleaseIsItsDefinitionsAndImages() throws {
        let candidate = ReleaseDigest.candidate(
            commit: commit,
            services: [CandidateService(name: "web", definition: .init(), buildKey: try #require(digest))])
        let image = try #require(ImageID("sha256:" + String(repeating: "3", count: 64)))
        let another = try #require(ImageID("sha256:" + String(repeating: "4", count: 64)))
        let release = ReleaseDigest.release(from: candidate, images: ["web": image])
        #expect(release.content == candidate.content)
        #expect(release.services.map(\.image) == [image])
        #expect(release == ReleaseDigest.release(from: candidate, images: ["web": image]))
        #expect(release.id != ReleaseDigest.release(from: candidate, images: ["web": another]).id)
    }

    @Test func theFormIsTheOneThatIsRemembered() throws {
        // These values are in databases and labels: a change of form must change its format number, not slip in.
        let found = try content(ServiceDefinition()).hex
        #expect(found == "38fd524d09905cb69834580101437f3c6d9bbc58cb9f3ac40b9fc3b1f487ca10")
    }
}
