import CLinux
import Glibc

/// Starts programs; the one place of the project that does.
package enum Spawn {
    /// Where a new process belongs.
    enum Membership {
        /// To a process group of its own, so that it can be killed with its children.
        case ownGroup
        /// To a session of its own, so that it outlives us.
        case ownSession
    }

    /// Starts the command with these three descriptors as its standard ones and no others.
    static func start(
        _ command: Command, input: Int32, output: Int32, errorOutput: Int32, membership: Membership
    ) throws(SpawnError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errorOutput, 2)
        _ = posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        if let directory = command.workingDirectory {
            _ = posix_spawn_file_actions_addchdir_np(&actions, directory)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        switch membership {
        case .ownGroup: flags |= Int16(POSIX_SPAWN_SETPGROUP)
        case .ownSession: flags |= slipway_posix_spawn_setsid()
        }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, flags)

        let arguments = CStrings([command.executable] + command.arguments)
        let environment = CStrings(command.environment.map { "\($0.key)=\($0.value)" }.sorted())
        var pid: pid_t = 0
        let code = posix_spawn(
            &pid, command.executable, &actions, &attributes, arguments.pointers, environment.pointers)
        guard code == 0 else { throw .failed("posix_spawn", code, of: command.executable) }
        return pid
    }

    /// Waits for a process that has ended or is about to, so that it leaves no zombie.
    static func reap(_ pid: pid_t) -> ExitStatus {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return ExitStatus(waited: status)
    }
}

/// Texts as C has them: a list of pointers with a null pointer behind the last.
private struct CStrings: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        pointers = .allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { pointers[index] = strdup(text) }
        pointers[texts.count] = nil
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
