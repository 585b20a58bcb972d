import Subprocess

/// A directory with repositories made by git(1), for tests that read them by other means.
package final class GitWorkshop: Sendable {
    private let directory: TemporaryDirectory

    /// What git(1) would not do.
    package struct Refused: Error, CustomStringConvertible {
        /// What it was told and what it said.
        package let description: String
    }

    /// Makes an empty workshop.
    package init() throws { directory = try TemporaryDirectory() }

    /// Its path.
    package var path: String { directory.path }

    /// The path of something in it.
    package func path(of name: String) -> String { directory.path(of: name) }

    /// Writes a text file in it, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String { try directory.write(text, to: name) }

    /// Writes a file in it, and returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> String { try directory.write(bytes, to: name) }

    /// Makes a bare repository whose HEAD names `main`, and a clone of it; returns the bare one's path.
    @discardableResult
    package func makeRemote(_ name: String = "remote") throws -> String {
        let bare = path(of: name + ".git")
        try git("init", "-q", "--bare", "-b", "main", bare)
        try git("-C", bare, "config", "http.receivepack", "true")
        try git("init", "-q", "-b", "main", path(of: name))
        try git("-C", path(of: name), "remote", "add", "origin", bare)
        return bare
    }

    /// Commits files in the clone of a remote, pushes the commit to a branch, and returns its id.
    @discardableResult
    package func push(
        _ files: [String: String] = ["file": "content"], to branch: String = "main", of name: String = "remote",
        message: String = "change"
    ) throws -> String {
        let clone = path(of: name)
        for (file, content) in files { try directory.write(content, to: "\(name)/\(file)") }
        try git("-C", clone, "add", "-A")
        try git("-C", clone, "commit", "-q", "--allow-empty", "-m", message)
        try git("-C", clone, "push", "-q", "--force", "origin", "HEAD:refs/heads/\(branch)")
        return try git("-C", clone, "rev-parse", "HEAD")
    }

    /// Runs git(1) with no configuration but this, and returns its output without the last line feed.
    @discardableResult
    package func git(_ arguments: String..., input: String = "") throws -> String {
        try git(arguments, input: input)
    }

    /// Runs git(1) with no configuration but this, and returns its output without the last line feed.
    @discardableResult
    package func git(_ arguments: [String], input: String = "") throws -> String {
        let settings = [
            "user.name=Ada", "user.email=ada@example.com", "init.defaultBranch=main", "gc.auto=0",
            "receive.autogc=false", "maintenance.auto=false", "safe.directory=*",
        ]
        let command = Command(
            executable: "/usr/bin/git", arguments: settings.flatMap { ["-c", $0] } + arguments,
            environment: [
                "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
                "HOME": directory.path, "LC_ALL": "C",
            ])
        let completed = try Spawn.run(
            command, input: Array(input.utf8), outputLimit: 10 << 20, deadline: .now + .seconds(60))
        guard completed.status.isSuccess else {
            let words = String(decoding: completed.errorOutput, as: UTF8.self)
            throw Refused(description: "git \(arguments.joined(separator: " ")): \(words)")
        }
        var output = String(decoding: completed.output, as: UTF8.self)
        if output.last == "\n" { output.removeLast() }
        return output
    }
}
