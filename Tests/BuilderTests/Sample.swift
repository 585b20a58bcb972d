import Foundation
import Git
import Model
import Subprocess
import TestSupport
import Testing

/// A real Git repository made for one test: a work tree that commits, and the bare repository that is read.
final class Sample: Sendable {
    private let directory: TemporaryDirectory

    /// The bare repository.
    var mirror: String { directory.path(of: "work/.git") }

    init() throws {
        directory = try TemporaryDirectory()
        try git("init", "-q", "-b", "main", directory.path(of: "work"), inWorkTree: false)
    }

    /// A path in the test's own directory, outside of the repository.
    func path(of name: String) -> String { directory.path(of: name) }

    /// What a file of a commit is.
    enum File {
        case text(String)
        case bytes([UInt8])
        case program(String)
        case executable([UInt8])
        case link(String)
        case submodule(String)
    }

    /// Commits exactly these files and returns the commit.
    @discardableResult
    func commit(_ files: [String: File]) throws -> ObjectID {
        try git("rm", "-r", "-q", "-f", "--ignore-unmatch", "--cached", ".")
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            let (mode, object) =
                switch file {
                case .text(let text): ("100644", try blob(Array(text.utf8)))
                case .bytes(let bytes): ("100644", try blob(bytes))
                case .program(let text): ("100755", try blob(Array(text.utf8)))
                case .executable(let bytes): ("100755", try blob(bytes))
                case .link(let target): ("120000", try blob(Array(target.utf8)))
                case .submodule(let commit): ("160000", commit)
                }
            try git("update-index", "--add", "--cacheinfo", "\(mode),\(object),\(path)")
        }
        let tree = try git("write-tree")
        return try #require(ObjectID(try git("commit-tree", "-m", "sample", tree)))
    }

    private func blob(_ bytes: [UInt8]) throws -> String { try git("hash-object", "-w", "--stdin", input: bytes) }

    /// Runs Git and returns the first line of its output.
    @discardableResult
    func git(_ arguments: String..., input: [UInt8] = [], inWorkTree: Bool = true) throws -> String {
        let place = inWorkTree ? ["-C", directory.path(of: "work")] : []
        let done = try Spawn.run(
            Command(
                executable: "/usr/bin/git", arguments: place + arguments,
                environment: [
                    "HOME": directory.path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A",
                    "GIT_AUTHOR_EMAIL": "a@example.com",
                    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
                ]), input: input, outputLimit: 1 << 20, deadline: nil, termination: nil)
        guard done.status.isSuccess else { throw Failure(words: String(decoding: done.errorOutput, as: UTF8.self)) }
        return String(decoding: done.output.prefix { $0 != 0x0a }, as: UTF8.self)
    }

    struct Failure: Error { let words: String }
}
