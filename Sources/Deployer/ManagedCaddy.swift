import FoundationEssentials
import Glibc
package import Lifecycle
package import Model
import Subprocess

/// A Caddy that Slipway starts, and that outlives it: found again by its admin socket.
///
/// Under systemd it is a unit of its own that starts from the file ``writeBase()`` leaves.
package struct ManagedCaddy: Sendable {
    /// Where it takes changes.
    package let admin: CaddyAdmin
    private let directory: String
    private let socketPath: String
    private let frame: CaddyFrame
    private let executable: String?
    private let client: CaddyClient
    private let log: Log
    private let pool = BlockingPool(name: "slipway.caddy.start", width: 1)

    /// The oldest version whose admin API has `ETag` and `If-Match`; Debian 12 ships 2.6.2.
    private static let oldestVersion = [2, 6]
    /// It takes some 60 ms on a small machine.
    private static let startLimit = Duration.seconds(15)
    private static let stopLimit = Duration.seconds(10)
    private static let versionLimit = Duration.seconds(10)
    /// sun_path of unix(7) holds 108 bytes, one of them the zero at the end.
    private static let socketPathLimit = 107
    private static let directories = ["/usr/bin", "/usr/local/bin", "/usr/sbin", "/bin", "/opt/bin", "/snap/bin"]

    /// A Caddy whose configuration, data, socket and log are below that directory.
    ///
    /// - Parameter executable: the program; nil: `caddy` in the usual directories.
    package init(directory: String, frame: CaddyFrame, executable: String? = nil, log: Log) {
        self.directory = directory
        socketPath = directory + "/admin.sock"
        admin = .socket(socketPath, routesDirectory: directory + "/routes")
        client = CaddyClient(admin: admin)
        self.frame = frame
        self.executable = executable
        self.log = log
    }

    private var routesDirectory: String { directory + "/routes" }
    private var basePath: String { directory + "/base.json" }
    private var savedPath: String { directory + "/config/caddy/autosave.json" }
    private var logPath: String { directory + "/caddy.log" }

    /// Writes the configuration that Caddy begins with where it has none to resume.
    package func writeBase() throws(StageFailure) {
        guard socketPath.utf8.count <= Self.socketPathLimit else {
            throw .proxyNotStarted(
                "the path of Caddy's admin socket is too long: \(socketPath)",
                hint: "choose a shorter `state` directory; a socket's path has at most \(Self.socketPathLimit) bytes")
        }
        for path in [directory, directory + "/config", directory + "/data", routesDirectory] {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw notWritten(path) }
        }
        let document = CaddyFrame.encode(wantedConfiguration)
        do { try Data(document).write(to: URL(filePath: basePath), options: .atomic) } catch {
            throw notWritten(basePath)
        }
    }

    private func notWritten(_ path: String) -> StageFailure {
        .proxyNotStarted(
            "\(path) cannot be written: \(String(cString: strerror(errno)))",
            hint: "the state directory must belong to the user that runs slipway, and have room")
    }

    /// Sees that it runs; starts it, with the routes it had, unless its admin socket answers.
    ///
    /// - Returns: whether it had to be started.
    @discardableResult
    package func start() async throws(StageFailure) -> Bool {
        if await client.isAnswering() { return false }
        let program = try program()
        _ = try await version()
        try writeBase()
        if let holder = try portHolder() { throw .httpPortTaken(frame.httpPort, by: holder.isEmpty ? nil : holder) }
        let resumes = canResume
        let command = command(
            program, ["run", "--config", basePath] + (resumes ? ["--resume"] : []))
        let pid: Int32
        do { pid = try Spawn.detached(command, logPath: logPath) } catch {
            throw .proxyNotStarted("\(program) cannot be started: \(error.message)", hint: "see `slipway doctor`")
        }
        let deadline = Deadline.after(Self.startLimit)
        var pause = Duration.milliseconds(5)
        while !deadline.hasPassed {
            if await client.isAnswering() {
                log.info("caddy started", ("pid", String(pid)), ("resumed", String(resumes)))
                return true
            }
            // Reaped as soon as it ends, so nobody with that number means it has ended.
            if kill(pid, 0) != 0 { break }
            do { try await SteadyClock.sleep(for: pause) } catch { throw .cancelled }
            pause = min(pause * 2, .milliseconds(100))
        }
        throw .proxyNotStarted(
            "Caddy does not answer at \(socketPath) after it was started",
            hint: "its last lines of output are in \(logPath)", output: lastLines())
    }

    /// The version of the program, `2.6.2`; fails when it is missing or too old.
    package func version() async throws(StageFailure) -> String {
        let program = try program()
        // Also asked where nothing of ours exists yet, so not in our directory.
        let command = Command(executable: program, arguments: ["version"], workingDirectory: "/")
        let completed: Completed
        do {
            completed = try await pool.run { () throws(SpawnError) in
                try Spawn.run(command, outputLimit: 4096, deadline: .now + Self.versionLimit)
            }
        } catch {
            throw .proxyNotStarted("\(program) cannot be run: \(error.message)", hint: Self.installHint)
        }
        let version = Self.version(in: String(decoding: completed.output, as: UTF8.self))
        let numbers = Self.numbers(in: version)
        guard completed.status.isSuccess, numbers.count >= 2 else {
            throw .proxyNotStarted("\(program) does not say its version", hint: Self.installHint)
        }
        guard !numbers.lexicographicallyPrecedes(Self.oldestVersion) else {
            throw .proxyNotStarted("\(program) is version \(version), which is too old", hint: Self.installHint)
        }
        return version
    }

    /// Ends it. For `demo` and tests: a daemon that stops leaves it running.
    package func stop() async throws(StageFailure) {
        guard await client.isAnswering() else { return }
        try await client.stop()
        let deadline = Deadline.after(Self.stopLimit)
        while await client.isAnswering(), !deadline.hasPassed {
            do { try await SteadyClock.sleep(for: .milliseconds(10)) } catch { throw .cancelled }
        }
    }

    private static let installHint = "install Caddy 2.6 or newer: `apt install caddy`"

    /// Whether a Caddy of that version leaves WebSockets open when its configuration changes, as it is told to.
    package static func keepsStreams(_ version: String) -> Bool {
        !numbers(in: version).lexicographicallyPrecedes([2, 7])
    }

    private static func numbers(in version: String) -> [Int] {
        version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    }

    /// `v2.7.6 h1:w0NymbG2…=` and `2.6.2` both say their version first.
    private static func version(in output: String) -> String {
        let first = output.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        return first.hasPrefix("v") ? String(first.dropFirst()) : first
    }

    private func program() throws(StageFailure) -> String {
        if let executable { return executable }
        guard let found = Self.directories.map({ $0 + "/caddy" }).first(where: { access($0, X_OK) == 0 }) else {
            throw .proxyNotStarted("Caddy is not installed", hint: Self.installHint)
        }
        return found
    }

    private func command(_ program: String, _ arguments: [String]) -> Command {
        Command(
            executable: program, arguments: Array(arguments),
            environment: [
                "HOME": directory, "XDG_CONFIG_HOME": directory + "/config", "XDG_DATA_HOME": directory + "/data",
            ], workingDirectory: directory)
    }

    private var wantedConfiguration: CaddyConfiguration {
        frame.configuration(adminSocket: socketPath, routesDirectory: routesDirectory)
    }

    /// Whether what Caddy saved is a configuration of this very place: after the state directory or the port has
    /// moved, resuming it would bring up a Caddy that we do not find, or that listens where it should not.
    private var canResume: Bool {
        guard let data = try? Data(contentsOf: URL(filePath: savedPath)),
            let saved = CaddyFrame.decode(CaddyConfiguration.self, Array(data))
        else { return false }
        let wanted = wantedConfiguration
        return saved.admin == wanted.admin
            && saved.apps.http.servers[CaddyFrame.serverKey]?.listen
                == wanted.apps.http.servers[CaddyFrame.serverKey]?.listen
    }

    /// Who listens on our port: nil when nobody does, empty when that cannot be seen.
    private func portHolder() throws(StageFailure) -> String? {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(UInt16(truncatingIfNeeded: frame.httpPort)).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        if bound == 0 { return nil }
        if errno == EACCES {
            throw .proxyNotStarted(
                "Caddy may not listen on port \(frame.httpPort)",
                hint: "ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one in router.http")
        }
        return errno == EADDRINUSE ? ListeningPorts.holder(ofPort: frame.httpPort) ?? "" : nil
    }

    private func lastLines() -> [String] {
        guard let data = try? Data(contentsOf: URL(filePath: logPath)) else { return [] }
        return ContainerOutput.lines(in: Array(data.suffix(16 << 10))).suffix(20)
    }
}
