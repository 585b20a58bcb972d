import ContainerEngine
import Git
import Glibc
import Model

/// What the Builder says when something goes wrong, a factory for each cause.
extension StageFailure {
    /// The repository or the commit cannot be read (git2/errors.h).
    static func unreadable(_ commit: ObjectID, _ error: GitError) -> Self {
        if error.code == .notFound {
            return Self(
                reason: .commitGone, verdict: .retry(after: nil),
                message: "commit \(commit.short) is not in the repository", hint: "was it replaced by a forced push?")
        }
        return Self(
            reason: .other, verdict: .retry(after: nil),
            message: "commit \(commit.short) cannot be read: \(error.message)")
    }

    /// A path of the manifest leads out of the repository.
    static func pathOutside(_ what: String, _ path: String) -> Self {
        Self(
            reason: .manifestInvalid, verdict: .stall,
            message: "\(what) '\(printable(path.utf8))' is not a path inside the repository",
            hint: "give a relative path without '..'")
    }

    /// The context is no directory of the commit.
    static func noContext(_ path: String, _ commit: ObjectID) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "the build context '\(printable(path.utf8))' is not a directory in commit \(commit.short)",
            hint: "set 'build.context' to a directory of the repository; a symbolic link is not one")
    }

    /// The Dockerfile is not there.
    static func noDockerfile(_ path: [UInt8], others: [[UInt8]], root: [UInt8]) -> Self {
        let place = root.isEmpty ? "the repository" : "'\(printable(root))'"
        let shown = others.prefix(5).map { "'\(printable($0))'" }
        let rest = others.count > shown.count ? " and \(others.count - shown.count) more" : ""
        let hint =
            shown.isEmpty
            ? "add a Dockerfile, or name one with 'build.dockerfile' in \(Manifest.fileName)"
            : "set 'build.dockerfile' (relative to 'build.context') in \(Manifest.fileName); "
                + "there is \(shown.joined(separator: ", "))\(rest)"
        return Self(
            reason: .contextRefused, verdict: .stall, message: "there is no '\(printable(path))' in \(place)",
            hint: hint)
    }

    /// The Dockerfile is a link that ends nowhere in the context.
    static func dockerfileLeadsOut(_ path: [UInt8]) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "'\(printable(path))' is a symbolic link to something that is not a file of the build context",
            hint: "make it a file, or name the real one with 'build.dockerfile'")
    }

    /// The ignore file is a link.
    static func ignoreFileIsLink(_ path: [UInt8]) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall, message: "'\(printable(path))' is not a regular file",
            hint: "make it a file: it is never followed")
    }

    /// The ignore file has a pattern that cannot be read.
    static func malformedIgnoreFile(_ path: [UInt8], _ error: DockerIgnore.SyntaxError) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "\(printable(path)):\(error.line): the pattern '\(printable(error.pattern))' is malformed",
            hint: "close every '[', and write a backslash as '\\\\'")
    }

    /// The ignore file has too many patterns for so many files.
    static func costlyIgnoreFile(_ path: [UInt8]) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "'\(printable(path))' has too many patterns for this many files",
            hint: "use fewer, shorter patterns")
    }

    /// Things in the context are not sent.
    static func unfit(_ defects: [BuildContext.Defect]) -> Self {
        let shown = defects.prefix(5).map(\.description)
        let rest = defects.count > shown.count ? ["and \(defects.count - shown.count) more"] : []
        return Self(
            reason: .contextRefused, verdict: .stall,
            message: "the build context cannot be sent: \((shown + rest).joined(separator: "; "))",
            hint: defects.first?.hint)
    }

    /// The context as a whole is too large.
    static func contextTooLarge(_ limit: Int) -> Self {
        Self(
            reason: .contextRefused, verdict: .stall,
            message: "the build context is larger than \(bytes(limit))",
            hint: "list what is not needed in .dockerignore")
    }

    /// libarchive failed (archive.h).
    static func tarFailed(_ error: any Error) -> Self {
        Self(reason: .other, verdict: .retry(after: nil), message: "the build context cannot be packed: \(error)")
    }

    /// The file that keeps the output cannot be written (open(2), write(2)).
    static func logUnwritable(_ path: String, _ number: Int32, _ words: String) -> Self {
        let isFull = number == ENOSPC
        return Self(
            reason: isFull ? .diskFull : .other, verdict: .retry(after: nil),
            message: "the build's output cannot be kept in '\(path)': \(words)",
            hint: isFull ? "make room on the disk that holds the state directory" : nil)
    }

    /// A frontend that would run code of its own to read the Dockerfile.
    static func customFrontend(_ name: String, dockerfile: [UInt8], line: Int) -> Self {
        Self(
            reason: .buildFailed, verdict: .stall,
            message: "\(printable(dockerfile)):\(line): the custom frontend '\(printable(name.utf8))' is not supported",
            hint:
                "remove the '# syntax=' line, or use 'docker/dockerfile:1', which the engine's own builder stands in for"
        )
    }
}

extension BuildContext.Defect: CustomStringConvertible {
    /// What is wrong, with the path.
    var description: String {
        let name = "'\(printable(path))'"
        return switch what {
        case .unsafePath: "\(name) is not a usable path"
        case .doubled: "\(name) is there twice, or inside something that is no directory"
        case .submodule: "\(name) is a submodule"
        case .absoluteLink: "\(name) is a symbolic link to an absolute path"
        case .escapingLink: "\(name) is a symbolic link that leads out of the repository"
        case .largePointer: "\(name) is a pointer to a file in Git LFS"
        case .tooLarge(let count, let limit): "\(name) has \(bytes(count)), more than the \(bytes(limit)) allowed"
        }
    }

    /// What to do about it.
    fileprivate var hint: String {
        switch what {
        case .unsafePath, .doubled: "make the commit with Git itself"
        case .submodule:
            "submodules are not fetched: add the files to the repository, or list the path in .dockerignore"
        case .absoluteLink, .escapingLink: "make the link in the Dockerfile, or list the path in .dockerignore"
        case .largePointer: "Git LFS is not supported: fetch the file in the Dockerfile, or list it in .dockerignore"
        case .tooLarge: "list it in .dockerignore, or raise the limit in the daemon's configuration"
        }
    }
}

/// A count of bytes for people.
func bytes(_ count: Int) -> String {
    switch count {
    case ..<(1 << 10): "\(count) bytes"
    case ..<(1 << 20): "\((count + (1 << 9)) >> 10) KiB"
    default: "\((count + (1 << 19)) >> 20) MiB"
    }
}
