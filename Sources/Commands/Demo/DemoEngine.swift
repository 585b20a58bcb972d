import Config
import ContainerEngine
import FoundationEssentials
import Glibc
import Subprocess

/// The engine of the demo: the one that answers on this machine, or a Podman service started for the demo alone.
struct DemoEngine: Sendable {
    /// Its socket.
    let socketPath: String
    /// What is printed of it.
    let name: String
    /// The process that was started for the demo; nil when the engine was there.
    private let pid: Int32?
    /// Where a Podman that was started for the demo keeps what it keeps.
    private let storage: String?

    /// Finds an engine, or starts one.
    init(directory: String, socket: String?) throws(Demo.Failure) {
        let candidates = socket.map { [$0] } ?? EngineClient.discover(environment: Surroundings.current.variables)
        for candidate in candidates {
            guard let name = Self.name(at: candidate) else { continue }
            (socketPath, self.name, pid, storage) = (candidate, "\(name) at \(candidate)", nil, nil)
            return
        }
        if let socket {
            throw Demo.Failure(message: "no engine answers at \(socket)", hint: "start it, or leave out --engine")
        }
        guard let podman = Self.podman else {
            throw Demo.Failure(
                message: "no container engine answers on this machine, and Podman is not installed",
                hint: "apt-get install podman, or start Docker")
        }
        let path = directory + "/engine.sock"
        storage = directory + "/engine"
        pid = try Self.start(podman, socket: path, storage: directory + "/engine", directory: directory)
        socketPath = path
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline {
            if let name = Self.name(at: path) {
                self.name = "\(name), started for the demo"
                return
            }
            usleep(50_000)
        }
        throw Demo.Failure(
            message: "Podman was started but does not answer", hint: "its output is in \(directory)/engine.log")
    }

    private static func start(
        _ podman: String, socket: String, storage: String, directory: String
    ) throws(Demo.Failure) -> Int32 {
        let settings = directory + "/containers.conf"
        guard FileManager.default.createFile(atPath: settings, contents: Data(EngineSettings.text().utf8)) else {
            throw Demo.Failure(message: "\(settings) cannot be written", hint: nil)
        }
        var environment = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "CONTAINERS_CONF": settings,
        ]
        for name in ["HOME", "XDG_RUNTIME_DIR"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        do throws(SpawnError) {
            return try Spawn.detached(
                Command(
                    executable: podman,
                    arguments: [
                        "--root", storage + "/root", "--runroot", storage + "/run", "--tmpdir", storage + "/tmp",
                        "--network-config-dir", storage + "/networks",
                        "system", "service", "--time", "0", "unix://\(socket)",
                    ], environment: environment), logPath: directory + "/engine.log")
        } catch {
            throw Demo.Failure(message: "Podman cannot be started: \(error)", hint: nil)
        }
    }

    /// Stops what was started for the demo.
    func stop() {
        guard let pid else { return }
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(10)
        while kill(pid, 0) == 0, ContinuousClock.now < deadline { usleep(20_000) }
        kill(pid, SIGKILL)
        // Its storage is mounted as long as it is in use; both mounts are under the demo's own directory.
        if let storage {
            for mount in ["/root/overlay", "/root/overlay-containers"] { umount2(storage + mount, Int32(MNT_DETACH)) }
        }
    }

    private static var podman: String? {
        ["/usr/bin/podman", "/usr/local/bin/podman"].first { (path: String) in access(path, X_OK) == 0 }
    }

    private struct Version: Decodable {
        struct Component: Decodable { let Name: String }
        let Version: String
        let Components: [Component]?
    }

    private static func name(at socket: String) -> String? {
        guard access(socket, F_OK) == 0,
            let version = SocketClient(socketPath: socket).get(Version.self, "/version", timeout: .seconds(5))
        else { return nil }
        let isPodman = version.Components?.contains { $0.Name.contains("Podman") } ?? false
        return "\(isPodman ? "Podman" : "Docker") \(version.Version)"
    }
}

/// What a Podman needs to be told on machines that differ from a usual host.
enum EngineSettings {
    /// A containers.conf(5) for this machine.
    static func text() -> String {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let files = min(limit.rlim_max, 1_048_576)
        var processes = rlimit()
        // RLIMIT_NPROC of getrlimit(2), which the C library's module does not give to Swift.
        getrlimit(__rlimit_resource_t(6), &processes)
        // Well below the hard limit: Podman lowers its own, and runc may not raise it again.
        let threads = min(processes.rlim_max / 2, 32_768)
        var text =
            "[containers]\ndefault_ulimits = [\"nofile=\(files):\(files)\", \"nproc=\(threads):\(threads)\"]\n[engine]\n"
        // crun 1.8 refuses the hybrid hierarchy, where version 1 and 2 of the control groups are both mounted.
        let isHybrid = access("/sys/fs/cgroup/unified", F_OK) == 0
        if isHybrid, access("/usr/sbin/runc", X_OK) == 0 || access("/usr/bin/runc", X_OK) == 0 {
            text += "runtime = \"runc\"\n"
        }
        if access("/run/systemd/system", F_OK) != 0 {
            text += "cgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n"
        }
        return text
    }
}
