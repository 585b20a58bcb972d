import CLinux
import Dispatch
import Glibc
import Subprocess
import Synchronization

/// The process of an engine, started and waited for by a thread of its own.
///
/// The kernel signals an engine when the *thread* that started it ends (prctl(2), PR_SET_PDEATHSIG), which must not
/// happen before the process does. `Subprocess` is not used, as an engine must be asked to end, not be killed.
final class EngineProcess: Sendable {
    private struct State {
        var pid: pid_t?
    }

    private let command: Command
    private let logPath: String
    private let state = Mutex(State())
    private let started = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// How long an engine may take to end before it is killed.
    private static let endLimit = DispatchTimeInterval.seconds(20)

    /// Starts the command, with `setpriv` before it, its output going to the file.
    init(_ command: Command, logPath: String) {
        self.command = command
        self.logPath = logPath
        start()
    }

    /// Whether it runs.
    var isRunning: Bool { state.withLock { $0.pid != nil } }

    /// Starts it again.
    func start() {
        var thread = pthread_t()
        pthread_create(&thread, nil, Self.body, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
        started.wait()
    }

    /// Asks it to end, and waits until it has.
    func stop() {
        guard let pid = state.withLock({ $0.pid }) else { return }
        kill(pid, SIGTERM)
        if ended.wait(timeout: .now() + Self.endLimit) == .timedOut {
            kill(-pid, SIGKILL)
            ended.wait()
        }
    }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<EngineProcess>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }

    private func run() {
        let pid = spawn()
        state.withLock { $0.pid = pid }
        started.signal()
        guard let pid else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        state.withLock { $0.pid = nil }
        ended.signal()
    }

    private func spawn() -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // conmon leaves a file "oom" where the engine was started when a container has used too much memory.
        if let directory = command.workingDirectory { posix_spawn_file_actions_addchdir_np(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        // conmon leaves a file "oom" where the engine was started when a container has used too much memory.
        let place = command.workingDirectory.map { ["/usr/bin/env", "--chdir=\($0)"] } ?? []
        let words = ["/usr/bin/setpriv", "--pdeathsig", "TERM"] + place + [command.executable] + command.arguments
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = command.environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &environment)
        return code == 0 ? pid : nil
    }
}
