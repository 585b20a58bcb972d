import Git
import TestSupport
import Testing

@Suite struct RepositoryTests {
    private let workshop: GitWorkshop
    private let bare: String
    private let clone: String

    init() throws {
        workshop = try GitWorkshop()
        bare = try workshop.makeRemote()
        clone = workshop.path(of: "remote")
    }

    private func mirror() throws -> String {
        let path = workshop.path(of: "mirror.git")
        try Repository.createBare(at: path)
        return path
    }

    private func refspec(_ source: String, _ destination: String) -> Refspec {
        Refspec(source: Array(source.utf8), destination: Array(destination.utf8))
    }

    // libgit2's transport for local paths sends all the objects the remote has; only the refs are chosen.
    @Test func storesTheRefsThatAreNamedAndNoOthers() throws {
        let commit = try workshop.push()
        try workshop.push(["other": "x"], to: "other")
        try workshop.git("-C", clone, "tag", "v1")
        try workshop.git("-C", clone, "push", "-q", "origin", "v1")
        let repository = try Repository(openingBare: mirror())
        let statistics = try repository.fetch(
            url: "file://" + bare, refspecs: [refspec("refs/heads/main", "refs/slipway/a")],
            options: RemoteOptions())
        #expect(statistics.objects == 6)
        #expect(repository.contains(commit) == true)
        #expect(try repository.target(of: Array("refs/slipway/a".utf8)) == commit)
        #expect(try repository.target(of: Array("refs/tags/v1".utf8)) == nil)
    }

    @Test func followsAForcedPush() throws {
        try workshop.push(message: "first")
        let repository = try Repository(openingBare: mirror())
        let refspecs = [refspec("refs/heads/main", "refs/slipway/a")]
        _ = try repository.fetch(url: "file://" + bare, refspecs: refspecs, options: RemoteOptions())
        try workshop.git("-C", clone, "checkout", "-q", "--orphan", "new")
        let rewritten = try workshop.push(["file": "rewritten"])
        _ = try repository.fetch(url: "file://" + bare, refspecs: refspecs, options: RemoteOptions())
        #expect(try repository.target(of: Array("refs/slipway/a".utf8)) == rewritten)
    }

    @Test func passesOverARefTheRemoteDoesNotHave() throws {
        try workshop.push()
        let repository = try Repository(openingBare: mirror())
        _ = try repository.fetch(
            url: "file://" + bare, refspecs: [refspec("refs/heads/gone", "refs/slipway/a")], options: RemoteOptions())
        #expect(try repository.target(of: Array("refs/slipway/a".utf8)) == nil)
    }

    @Test func endsAFetchThatSendsTooMuch() throws {
        // Random bytes do not compress.
        try workshop.git("-C", clone, "commit", "-q", "--allow-empty", "-m", "x")
        try workshop.push(["large": (0..<200_000).map { _ in String(Int.random(in: 0...9)) }.joined()])
        let repository = try Repository(openingBare: mirror())
        let error = #expect(throws: GitError.self) {
            try repository.fetch(
                url: "file://" + bare, refspecs: [refspec("refs/heads/main", "refs/slipway/a")],
                options: RemoteOptions(byteLimit: 10_000))
        }
        #expect(error?.code == .refusedByUs)
    }

    @Test(arguments: ["refs/heads/*", "refs/heads/a:b", "", "^refs/heads/a", "refs/heads/a b"])
    func refusesNamesThatMeanSomethingInARefspec(name: String) throws {
        let repository = try Repository(openingBare: mirror())
        let error = #expect(throws: GitError.self) {
            try repository.fetch(
                url: "file://" + bare, refspecs: [refspec(name, "refs/slipway/a")], options: RemoteOptions())
        }
        #expect(error?.code == .invalidName)
    }

    @Test func peelsTagsOfTagsToTheirCommit() throws {
        let commit = try workshop.push()
        try workshop.git("-C", clone, "tag", "-a", "v1", "-m", "one")
        try workshop.git("-C", clone, "tag", "-a", "v2", "v1", "-m", "two")
        try workshop.git("-C", clone, "push", "-q", "origin", "v1", "v2")
        let tag = try workshop.git("-C", clone, "rev-parse", "v2")
        let tree = try workshop.git("-C", clone, "rev-parse", "HEAD^{tree}")
        let repository = try Repository(openingBare: bare)
        #expect(tag != commit)
        #expect(try repository.peelToCommit(tag) == commit)
        #expect(try repository.treeID(ofCommit: tag) == tree)
        #expect(throws: GitError.self) { try repository.peelToCommit(tree) }
    }

    @Test func knowsAncestors() throws {
        let first = try workshop.push(message: "first")
        let second = try workshop.push(message: "second")
        let repository = try Repository(openingBare: bare)
        #expect(try repository.isAncestor(first, of: second))
        #expect(try repository.isAncestor(first, of: first))
        #expect(try !repository.isAncestor(second, of: first))
    }

    @Test func summarisesACommit() throws {
        let commit = try workshop.push(message: "Subject\n\nBody")
        let repository = try Repository(openingBare: bare)
        let summary = try repository.commitSummary(commit)
        #expect(summary.subject == Array("Subject".utf8))
        #expect(summary.author == Array("Ada".utf8))
        #expect(summary.secondsSince1970 > 1_600_000_000)
    }

    @Test func makesManyPacksOneAndLosesNothing() throws {
        let path = try mirror()
        let repository = try Repository(openingBare: path)
        var commits: [String] = []
        for round in 0..<5 {
            try workshop.git("-C", clone, "checkout", "-q", "--orphan", "round\(round)")
            commits.append(try workshop.push(["file": "\(round)"], message: "\(round)"))
            _ = try repository.fetch(
                url: "file://" + bare, refspecs: [refspec("refs/heads/main", "refs/slipway/a")],
                options: RemoteOptions())
        }
        #expect(repository.packCount == 5)
        // One that was opened before finds the objects afterwards.
        let reader = try Repository(openingBare: path)
        #expect(reader.contains(commits[0]) == true)
        try repository.repack()
        #expect(repository.packCount == 1)
        for commit in commits { #expect(try !reader.treeID(ofCommit: commit).isEmpty) }
        try workshop.git("-C", path, "fsck", "--strict")
    }

    @Test func opensAndDropsAThousandWithoutALeak() throws {
        let commit = try workshop.push()
        func open() throws {
            let repository = try Repository(openingBare: bare)
            let tree = try repository.treeID(ofCommit: commit)
            for entry in try repository.entries(ofTree: tree) { _ = try repository.blob(entry.object).bytes }
            _ = try? repository.blob(commit)
            _ = try? Repository(openingBare: "/nonexistent")
        }
        for _ in 0..<10 { try open() }
        let before = try residentKilobytes()
        for _ in 0..<1000 { try open() }
        #expect(try residentKilobytes() < before + 8192)
    }
}
