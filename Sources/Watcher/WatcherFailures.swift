import Git
import Glibc
import Model
import Subprocess

/// What causes mean to a user: the one place where the Watcher words its failures.
enum WatcherFailures {
    /// A call of libgit2 over the network. Codes and categories: git2/errors.h; the words: libgit2 1.5's sources.
    static func remote(_ error: GitError, _ address: RemoteAddress) -> StageFailure {
        let words = error.message.lowercased()
        if let failure = trust(error, address, words) ?? access(error, address, words) { return failure }
        switch error.category {
        case .memory: return tooLarge(address)
        case .system where words.contains("no space left"): return diskFull(error.message)
        case _ where words.contains("resolve address"):
            return failure(
                .remoteUnreachable, "the host of \(address) has no address: \(error.message)",
                "check the host's name and this machine's DNS")
        case _ where words.contains("timed out"):
            return failure(
                .timedOut, "\(address) does not answer: \(error.message)",
                "check the network between this machine and the host")
        case _ where words.contains("failed to connect"):
            return failure(
                .remoteUnreachable, "\(address.host) does not take connections: \(error.message)",
                "check the address, the port and the network")
        case .network, .http, .ssh, .tls, .indexer, .objects:
            return failure(
                .remoteBroken, "\(address) does not answer as Git does: \(error.message)",
                "check that the address is that of a Git repository, not of a web page")
        default:
            return failure(.other, "\(address): \(error.description)", nil)
        }
    }

    /// Certificates and host keys.
    private static func trust(_ error: GitError, _ address: RemoteAddress, _ words: String) -> StageFailure? {
        guard error.code == .certificate else { return nil }
        return failure(
            .remoteUnreachable, "the certificate of \(address.host) is not valid: \(error.message)",
            "install the certificate authority in this machine's certificate store, or mend the server's certificate")
    }

    /// Who may see what.
    private static func access(_ error: GitError, _ address: RemoteAddress, _ words: String) -> StageFailure? {
        if error.code == .unauthorised, words.contains("asks for a credential") {
            return failure(
                .remoteUnauthorised, "\(address) wants a credential, and the project has none",
                "give the project a credential that may read the repository; check the address, too")
        }
        if error.code == .unauthorised || words.contains("status code: 401") || words.contains("status code: 403")
            || words.contains("replays") || words.contains("failed to authenticate")
        {
            return failure(
                .remoteUnauthorised, "\(address) refuses the credential: \(error.message)",
                "check the project's credential: it must be valid and allowed to read the repository")
        }
        let missing = [
            "status code: 404", "status code: 410", "not exported", "not found", "does not exist",
            "does not appear to be a git repository", "could not find repository", "failed to resolve path",
        ]
        if error.code == .notFound || missing.contains(where: { words.contains($0) }) {
            return failure(
                .remoteNotFound, "there is no repository at \(address): \(error.message)",
                "check the address; hosts also say this when the credential may not see a private repository")
        }
        if words.contains("redirect") {
            return failure(
                .remoteBroken, "\(address) names another address instead of answering; it is not followed",
                "put the repository's present address into the configuration")
        }
        if error.code == .refusedByUs { return tooLarge(address) }
        if words.contains("status code: 429") || words.contains("status code: 5") {
            return failure(
                .remoteUnreachable, "\(address.host) cannot serve at the moment: \(error.message)",
                "the host is busy or has a fault; it is asked again by itself")
        }
        return nil
    }

    /// A host key that the known_hosts text does not vouch for.
    static func hostKey(_ verdict: KnownHosts.Verdict, _ address: RemoteAddress, fingerprint: String) -> StageFailure {
        let host = address.port.map { "[\(address.host)]:\($0)" } ?? address.host
        let scan = "ssh-keyscan \(address.port.map { "-p \($0) " } ?? "")\(address.host)"
        switch verdict {
        case .known, .unknown:
            return failure(
                .remoteUnreachable, "the host key of \(host) is not known (\(fingerprint))",
                "compare the fingerprint with what the host publishes, then add the output of '\(scan)' to the known hosts"
            )
        case .different(let kinds):
            return failure(
                .remoteUnreachable,
                "the host key of \(host) is not the known one (\(fingerprint); known: \(kinds.joined(separator: ", ")))",
                "unless the host announced a new key, someone may be in between; '\(scan)' shows all its keys")
        case .revoked:
            return failure(
                .remoteUnreachable, "the host key of \(host) was revoked (\(fingerprint))",
                "do not connect before the host has a new key")
        }
    }

    /// A key that is none, or none without its passphrase. libssh2 says only that it failed.
    static func timedOut(_ address: RemoteAddress, after limit: Duration) -> StageFailure {
        failure(
            .timedOut, "\(address) did not answer within \(limit.components.seconds) s",
            "check the network between this machine and the host")
    }

    /// The remote went silent in the middle of a fetch.
    static func stalled(_ address: RemoteAddress, after limit: Duration) -> StageFailure {
        failure(
            .timedOut, "\(address) sent nothing for \(limit.components.seconds) s in the middle of a fetch",
            "it is tried again by itself")
    }

    /// More bytes or memory than a repository may need.
    static func tooLarge(_ address: RemoteAddress) -> StageFailure {
        failure(
            .remoteBroken, "\(address) sends more than the limits allow",
            "remove large files from the repository's history, or raise the limits")
    }

    /// The child that did the work ended without an answer.
    static func child(_ status: ExitStatus, _ address: RemoteAddress) -> StageFailure {
        switch status {
        case .signalled(SIGKILL):
            return failure(
                .other,
                "the Git process for \(address) was killed: it took more time or memory than the limits allow, or"
                    + " somebody killed it",
                "it is tried again by itself; if it goes on, remove large files from the repository's history")
        case .signalled(SIGXCPU), .signalled(SIGABRT): return tooLarge(address)
        case .signalled(let number):
            return failure(.remoteBroken, "\(address) made the Git process end by signal \(number)", nil)
        case .exited(let code):
            return failure(.other, "the Git process for \(address) ended with status \(code) and no answer", nil)
        }
    }

    /// The child could not be started or was ended by us.
    static func spawn(_ error: SpawnError, _ address: RemoteAddress, after limit: Duration) -> StageFailure {
        if error.isCancelled { return .cancelled }
        if error.isTimeout { return timedOut(address, after: limit) }
        if error.isSilence {
            return failure(.other, "the Git process for \(address) hung, and was ended", nil)
        }
        return failure(.other, "the Git process for \(address) could not be started: \(error)", nil)
    }

    /// A file operation on a mirror.
    static func files(_ call: String, _ path: String, _ code: Int32) -> StageFailure {
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        if code == ENOSPC || code == EDQUOT { return diskFull("\(path): \(words)") }
        return failure(.other, "\(path): \(call): \(words)", "check the permissions of the state directory")
    }

    /// Something that should be in a mirror is not, or cannot be read.
    static func mirror(_ error: GitError, _ object: ObjectID, path: String) -> StageFailure {
        if error.code == .notFound {
            return failure(
                .commitGone, "commit \(object.short) is not in the repository any more",
                "push the commit again, or ask for another one")
        }
        return failure(
            .other, "the mirror \(path) is damaged at \(object.short): \(error.message)",
            "it is fetched anew by itself")
    }

    /// A file of the repository that is not read.
    static func file(_ path: String, at commit: ObjectID, _ why: String) -> StageFailure {
        StageFailure(
            reason: .manifestInvalid, verdict: .stall, message: "\(path) at \(commit.short) \(why)",
            hint: "commit \(path) as an ordinary file")
    }

    private static func diskFull(_ words: String) -> StageFailure {
        failure(.diskFull, "the disk is full: \(words)", "free space in the state directory")
    }

    private static func failure(
        _ reason: StageFailure.Reason, _ message: String, _ hint: String?
    ) -> StageFailure {
        StageFailure(
            reason: reason, verdict: .retry(after: nil), message: printable(message.utf8), hint: hint)
    }
}
