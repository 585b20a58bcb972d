import Git
import TestSupport
import Testing

@Suite struct TreeTests {
    private let workshop: GitWorkshop
    private let bare: String
    private let clone: String

    init() throws {
        workshop = try GitWorkshop()
        bare = try workshop.makeRemote()
        clone = workshop.path(of: "remote")
    }

    private func text(_ entries: [TreeEntry]) -> [String] {
        entries.map { "\(String($0.mode, radix: 8)) \(String(decoding: $0.path, as: UTF8.self))" }
    }

    @Test func listsFilesLinksAndSubmodulesSortedByPath() throws {
        try workshop.push(["a/b": "1", "a.b": "2", "a0": "3", "run.sh": "4", "z/y/x": "5"])
        try workshop.git("-C", clone, "update-index", "--chmod=+x", "run.sh")
        let link = try workshop.git("-C", clone, "rev-parse", "HEAD:a0")
        let commit = try workshop.git("-C", clone, "rev-parse", "HEAD")
        try workshop.git("-C", clone, "update-index", "--add", "--cacheinfo", "120000,\(link),link")
        try workshop.git("-C", clone, "update-index", "--add", "--cacheinfo", "160000,\(commit),module")
        let tree = try workshop.git("-C", clone, "write-tree")
        let repository = try Repository(openingBare: clone + "/.git")
        #expect(
            text(try repository.entries(ofTree: tree)) == [
                "100644 a.b", "100644 a/b", "100644 a0", "120000 link", "160000 module", "100755 run.sh",
                "100644 z/y/x",
            ])
        #expect(text(try repository.entries(ofTree: tree, under: "z")) == ["100644 z/y/x"])
        #expect(text(try repository.entries(ofTree: tree, under: "z/y")) == ["100644 z/y/x"])
    }

    @Test(arguments: ["missing", "a0", "a0/b"])
    func refusesToListBelowWhatIsNoDirectory(path: String) throws {
        let commit = try workshop.push(["a0": "3"])
        let repository = try Repository(openingBare: bare)
        let tree = try repository.treeID(ofCommit: commit)
        let error = #expect(throws: GitError.self) { try repository.entries(ofTree: tree, under: path) }
        #expect(error?.code == .notFound)
    }

    @Test func findsOneEntry() throws {
        let commit = try workshop.push(["a/b": "content"])
        let repository = try Repository(openingBare: bare)
        let entry = try #require(try repository.entry(at: "a/b", inCommit: commit))
        #expect(entry.mode == 0o100644)
        #expect(try repository.entry(at: "a", inCommit: commit)?.mode == 0o040000)
        #expect(try repository.entry(at: "c", inCommit: commit) == nil)
        #expect(try repository.entry(at: "c/d", inCommit: commit) == nil)
        #expect(try repository.blobSize(entry.object) == 7)
        let blob = try repository.blob(entry.object)
        #expect(blob.bytes == Array("content".utf8))
        #expect(blob.bytes(from: 3, count: 2) == Array("te".utf8))
        #expect(blob.bytes(from: 5, count: 100) == Array("nt".utf8))
        #expect(blob.bytes(from: 7, count: 100) == [])
        #expect(blob.withBytes { $0.byteCount } == 7)
    }

    @Test func tellsSizesWithoutLoading() throws {
        let commit = try workshop.push(["empty": "", "large": String(repeating: "x", count: 1_000_000)])
        let repository = try Repository(openingBare: bare)
        for (path, size) in [("empty", 0), ("large", 1_000_000)] {
            let entry = try #require(try repository.entry(at: path, inCommit: commit))
            #expect(try repository.blobSize(entry.object) == size)
        }
        #expect(throws: GitError.self) { try repository.blobSize(commit) }
    }

    @Test func aTreeThatIsTooDeepIsRefused() throws {
        var tree = try workshop.git("-C", bare, "hash-object", "-t", "tree", "-w", "/dev/null")
        for _ in 0...Repository.treeLimits.depth {
            tree = try workshop.git("-C", bare, "mktree", input: "040000 tree \(tree)\td\n")
        }
        let repository = try Repository(openingBare: bare)
        let error = #expect(throws: GitError.self) { try repository.entries(ofTree: tree) }
        #expect(error?.code == .refusedByUs)
    }

    @Test func malformedIdsAreErrors() throws {
        let repository = try Repository(openingBare: bare)
        for id in ["", "zz", String(repeating: "z", count: 40), String(repeating: "a", count: 41)] {
            #expect(throws: GitError.self) { try repository.treeID(ofCommit: id) }
            #expect(repository.contains(id) == false)
        }
    }
}
