import FoundationEssentials
import Glibc
import HTTPClient
import Subprocess

/// The private directory of an engine: what it is started with, and what is to be undone.
enum EngineDirectory {
    private static let prefix = "slipway-engine-"
    private static let parent = "/tmp"
    private static let limit = Duration.seconds(60)
    private static let cleanUpLimit = Duration.seconds(10)
    private static let pauseMicroseconds: UInt32 = 20_000

    /// Makes the directory of an engine of this process.
    static func make(for program: EngineFixture.Program, number: Int) -> String {
        let path = "\(parent)/\(prefix)\(getpid())-\(number)-\(program)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// The command that serves in the directory.
    static func command(
        _ program: EngineFixture.Program, number: Int, at path: String, in directory: String
    ) -> Command {
        switch program {
        case .podman:
            writeConfiguration(in: directory, number: number)
            return Command(
                executable: path,
                arguments: podmanRoots(directory)
                    + ["system", "service", "--time", "0", "unix://\(directory)/engine.sock"],
                environment: environment(directory), workingDirectory: directory)
        case .docker:
            // Without the bridge and the packet filter, which daemons side by side would fight for. Containers are on
            // networks of their own, and ports are published by Docker's own proxy.
            return Command(
                executable: path,
                arguments: [
                    "--host", "unix://\(directory)/engine.sock", "--data-root", "\(directory)/data", "--exec-root",
                    "\(directory)/exec", "--pidfile", "\(directory)/pid", "--default-ulimit", "nofile=20000:20000",
                    "--bridge", "none", "--iptables=false", "--ip-masq=false",
                ],
                environment: environment(directory), workingDirectory: directory)
        }
    }

    /// A command of Podman's own command line, for the same containers.
    static func podman(_ arguments: [String], at path: String, in directory: String) -> Command {
        Command(
            executable: path, arguments: podmanRoots(directory) + arguments, environment: environment(directory))
    }

    private static func podmanRoots(_ directory: String) -> [String] {
        ["--root", "\(directory)/root", "--runroot", "\(directory)/run", "--tmpdir", "\(directory)/tmp"]
    }

    private static func environment(_ directory: String) -> [String: String] {
        [
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": directory,
            "CONTAINERS_CONF": "\(directory)/containers.conf",
        ]
    }

    /// What small virtual machines need (hybrid control groups, a hard limit on files), and what keeps Podmans apart:
    /// they would share locks in /dev/shm and networks in /etc.
    private static func writeConfiguration(in directory: String, number: Int) {
        let text = """
            [containers]
            default_ulimits = ["nofile=20000:20000", "nproc=10000:10000"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            lock_type = "file"
            [network]
            network_backend = "netavark"
            network_config_dir = "\(directory)/networks"
            default_subnet = "10.\(100 + (Int(getpid()) / 256 + abs(number) * 7) % 48).\(getpid() % 256).0/24"
            """
        try? Data(text.utf8).write(to: URL(filePath: "\(directory)/containers.conf"))
    }

    /// Removes containers and networks, which would outlive the engine's process.
    static func removeEverything(of engine: EngineFixture) {
        struct Container: Decodable { let Id: String }
        struct Network: Decodable {
            let Id: String
            let Name: String
        }
        if let answer = try? engine.ask("GET", "/containers/json?all=1"),
            let containers = try? JSONDecoder().decode([Container].self, from: Data(answer.body))
        {
            for container in containers {
                // Podman would first ask it to stop, and wait.
                _ = try? engine.ask("POST", "/containers/\(container.Id)/kill")
                _ = try? engine.ask("DELETE", "/containers/\(container.Id)?force=1&v=1")
            }
        }
        if let answer = try? engine.ask("GET", "/networks"),
            let networks = try? JSONDecoder().decode([Network].self, from: Data(answer.body))
        {
            for network in networks { _ = try? engine.ask("DELETE", "/networks/\(network.Id)") }
        }
    }

    /// Removes the directory; what is still mounted below it first.
    ///
    /// Podman cleans up behind every container with a process that outlives the request, and mounts anew.
    static func remove(_ directory: String) {
        let end = ContinuousClock.now + cleanUpLimit
        while isNamedByAProcess(directory), ContinuousClock.now < end { usleep(pauseMicroseconds) }
        let mounts = String(decoding: ProcFile.bytes(at: "/proc/self/mounts"), as: UTF8.self)
        for line in mounts.split(separator: "\n").reversed() {
            let fields = line.split(separator: " ")
            if fields.count > 1, fields[1].hasPrefix(directory + "/") { umount2(String(fields[1]), Int32(MNT_DETACH)) }
        }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func isNamedByAProcess(_ directory: String) -> Bool {
        ProcFile.commandLines().contains { $0.contains("\(directory)/") }
    }

    /// Removes what engines of test processes that died have left.
    static func sweep() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let parts = name.dropFirst(prefix.count).split(separator: "-")
            guard let pid = parts.first.flatMap({ pid_t($0) }), kill(pid, 0) != 0, errno == ESRCH else { continue }
            let directory = "\(parent)/\(name)"
            if parts.last == "podman", let path = EngineFixture.Program.podman.path {
                let command = podman(["rm", "--all", "--force", "--time", "0"], at: path, in: directory)
                _ = try? Spawn.run(command, outputLimit: 4096, deadline: .now + limit)
            }
            remove(directory)
        }
    }
}
