import Model
import Subprocess
import TestSupport
import Testing

@testable import Commands

struct CloneTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func aRealCloneAndItsWorktreeAreOfTheSameRepository() throws {
        let root = directory.path(of: "clone")
        try git("init", "-q", "-b", "main", root)
        try git("-C", root, "remote", "add", "origin", "git@github.com:acme/shop.git")
        try git("-C", root, "commit", "-q", "--allow-empty", "-m", "one")
        let first = try git("-C", root, "rev-parse", "HEAD")
        try git("-C", root, "tag", "light")
        try git("-C", root, "tag", "-m", "words", "v1.0.0")
        try git("-C", root, "worktree", "add", "-q", "-b", "side", directory.path(of: "tree"))
        try git("-C", directory.path(of: "tree"), "commit", "-q", "--allow-empty", "-m", "two")
        let second = try git("-C", directory.path(of: "tree"), "rev-parse", "HEAD")

        try directory.write("", to: "clone/deep/er/file")
        let clone = try #require(Clone(around: root + "/deep/er"))
        let tree = try #require(Clone(around: directory.path(of: "tree")))
        #expect(clone.root == root)
        #expect(clone.remotes == ["git@github.com:acme/shop.git"])
        #expect(tree.remotes == clone.remotes)
        #expect(clone.commit(named: "HEAD") == .commit(try #require(ObjectID(first))))
        #expect(tree.commit(named: "HEAD") == .commit(try #require(ObjectID(second))))
        #expect(clone.commit(named: "side") == .commit(try #require(ObjectID(second))))
        #expect(clone.commit(named: "light") == .commit(try #require(ObjectID(first))))
        #expect(clone.commit(named: "v1.0.0") == .annotatedTag)
        #expect(clone.commit(beginningWith: String(first.prefix(8))) == .commit(try #require(ObjectID(first))))

        try git("-C", root, "pack-refs", "--all")
        #expect(clone.commit(named: "v1.0.0") == .commit(try #require(ObjectID(first))))
        #expect(clone.commit(named: "refs/heads/side") == .commit(try #require(ObjectID(second))))
        #expect(clone.commit(named: "nothing") == .unknown)
    }

    @Test func outsideOfACloneThereIsNone() {
        #expect(Clone(around: directory.path) == nil)
    }

    @Test(arguments: ["../../secret", "/etc/passwd", "refs/../../x", "", "--all"])
    func namesThatLeaveTheDirectoryNameNothing(_ name: String) throws {
        try directory.write("ref: refs/heads/main\n", to: ".git/HEAD")
        try directory.write(String(repeating: "a", count: 40), to: "secret")
        let clone = try #require(Clone(around: directory.path))
        #expect(clone.commit(named: name) == .unknown)
    }

    @Test func aCircleOfRefsEnds() throws {
        try directory.write("ref: refs/heads/a\n", to: ".git/HEAD")
        try directory.write("ref: refs/heads/b\n", to: ".git/refs/heads/a")
        try directory.write("ref: refs/heads/a\n", to: ".git/refs/heads/b")
        let clone = try #require(Clone(around: directory.path))
        #expect(clone.commit(named: "HEAD") == .unknown)
    }

    @Test func digitsThatBeginSeveralCommitsAreSaidToBe() {
        let ids = ["abcd1", "abcd2"].compactMap { ObjectID($0 + String(repeating: "0", count: 35)) }
        #expect(Clone.choose("abcd", from: Set(ids)) == .ambiguous(ids))
        #expect(Clone.choose("ABCD1", from: Set(ids)) == .commit(ids[0]))
    }

    @discardableResult
    private func git(_ arguments: String...) throws -> String {
        let done = try Spawn.run(
            Command(
                executable: "/usr/bin/git", arguments: arguments,
                environment: [
                    "HOME": directory.path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
                    "GIT_AUTHOR_EMAIL": "a@b",
                    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "PATH": "/usr/bin:/bin",
                ]), outputLimit: 1 << 16, deadline: .now + .seconds(30))
        try #require(done.status == .exited(0), "\(String(decoding: done.errorOutput, as: UTF8.self))")
        return SmallText.line(String(decoding: done.output, as: UTF8.self))
    }
}
