import Glibc
import Model
import Subprocess

/// The demo's repository: a bare one that is pushed to, and a work tree beside it, driven by git(1).
struct DemoRepository: Sendable {
    /// Where people may edit and push.
    let workTree: String
    /// What the daemon watches.
    let bare: String
    /// Called after each push, as a Git host would call a webhook.
    let onPush: @Sendable (_ ref: RefName, _ commit: ObjectID?) throws(Demo.Failure) -> Void

    /// Makes both, with the example application in the work tree.
    init(
        directory: String, example: String,
        onPush: @escaping @Sendable (RefName, ObjectID?) throws(Demo.Failure) -> Void
    ) throws(Demo.Failure) {
        workTree = directory + "/hello"
        bare = directory + "/hello.git"
        self.onPush = onPush
        try Self.run("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare], in: directory)
        try Self.run("git", ["init", "--quiet", "--initial-branch=main", workTree], in: directory)
        try Self.run("cp", ["-r", example + "/.", workTree], in: directory)
        try Self.run("cp", [try Self.busybox(), workTree + "/busybox"], in: directory)
        try git("remote", "add", "origin", bare)
    }

    /// Commits everything on the default branch and pushes it.
    func pushFirst() throws(Demo.Failure) -> ObjectID {
        try git("add", "--all")
        try git("commit", "--quiet", "--message", "Say hello")
        return try push("main")
    }

    /// Makes a branch with another page and pushes it.
    func pushBranch(_ name: String, page: String) throws(Demo.Failure) -> ObjectID {
        try git("checkout", "--quiet", "-b", name)
        return try change(page: page)
    }

    /// Changes the page on the branch at hand and pushes it.
    func change(page text: String) throws(Demo.Failure) -> ObjectID {
        try Self.run(
            "sed", ["-i", "s|<p>Version .*</p>|<p>\(text)</p>|", workTree + "/page.html"], in: workTree)
        try git("commit", "--quiet", "--all", "--message", text)
        return try push(try output("branch", "--show-current"))
    }

    /// Merges a branch into the default one, with a merge commit, and pushes it.
    func merge(_ name: String) throws(Demo.Failure) -> ObjectID {
        try git("checkout", "--quiet", "main")
        try git("merge", "--quiet", "--no-ff", "--message", "Merge \(name)", name)
        return try push("main")
    }

    /// Tags the commit at hand and pushes the tag.
    func tag(_ name: String) throws(Demo.Failure) -> ObjectID {
        try git("tag", "--annotate", "--message", "Release \(name)", name)
        try git("push", "--quiet", "origin", "refs/tags/\(name)")
        let commit = try commit("HEAD")
        try onPush(.tag(name), commit)
        return commit
    }

    /// Deletes a branch on the remote.
    func delete(_ name: String) throws(Demo.Failure) {
        try git("push", "--quiet", "origin", "--delete", name)
        try onPush(.branch(name), nil)
    }

    private func push(_ branch: String) throws(Demo.Failure) -> ObjectID {
        try git("push", "--quiet", "origin", branch)
        let commit = try commit("HEAD")
        try onPush(.branch(branch), commit)
        return commit
    }

    private func commit(_ revision: String) throws(Demo.Failure) -> ObjectID {
        guard let id = ObjectID(try output("rev-parse", revision)) else {
            throw Demo.Failure(message: "git rev-parse \(revision) gave no commit", hint: nil)
        }
        return id
    }

    private func git(_ arguments: String...) throws(Demo.Failure) { try Self.run("git", arguments, in: workTree) }

    private func output(_ arguments: String...) throws(Demo.Failure) -> String {
        let bytes = try Self.run("git", arguments, in: workTree)
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    /// The static busybox that the example's image is made of.
    private static func busybox() throws(Demo.Failure) -> String {
        for path in ["/bin/busybox", "/usr/bin/busybox"] where access(path, X_OK) == 0 { return path }
        throw Demo.Failure(
            message: "there is no busybox, which the example's image is made of", hint: "apt-get install busybox-static"
        )
    }

    /// Runs a program to its end, and says what it printed when it fails.
    @discardableResult
    private static func run(
        _ program: String, _ arguments: [String], in directory: String
    ) throws(Demo.Failure) -> [UInt8] {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.invalid", "GIT_COMMITTER_NAME": "Demo",
            "GIT_COMMITTER_EMAIL": "demo@example.invalid",
        ]
        let found = ["/usr/local/bin/", "/usr/bin/", "/bin/"].map { $0 + program }.first { access($0, X_OK) == 0 }
        guard let executable = found else {
            throw Demo.Failure(message: "there is no program '\(program)'", hint: "apt-get install \(program)")
        }
        do throws(SpawnError) {
            let command = Command(
                executable: executable, arguments: arguments, environment: environment, workingDirectory: directory)
            let completed = try Spawn.run(command, outputLimit: 64 << 10, deadline: .now + .seconds(60))
            guard completed.status.isSuccess else {
                throw SpawnError(
                    code: 0, call: program, message: String(decoding: completed.errorOutput, as: UTF8.self))
            }
            return completed.output
        } catch {
            throw Demo.Failure(
                message: "\(program) \(arguments.joined(separator: " ")) failed: \(error.message)", hint: nil)
        }
    }
}
