import Config
import ContainerEngine
import Daemon
import Deployer
import FoundationEssentials
import Glibc
import HTTPClient
import Lifecycle
import Model
import Watcher

/// Looks at everything the daemon needs, and says for each whether it is there or what to do.
struct Doctor: Sendable {
    let configuration: Configuration
    private let accounts = Accounts()

    /// What is to be looked at.
    init(configuration: Configuration) { self.configuration = configuration }

    /// Every finding, in the order people should read them.
    func findings() async -> [Finding] {
        var findings = daemon()
        findings += [stateDirectory(), disk(at: configuration.state, what: "disk")]
        findings += secrets()
        findings += await engine()
        findings += await proxy()
        findings += ports()
        findings += boot()
        findings += await projects()
        return findings
    }

    // The daemon

    /// What a daemon that runs says of itself: the parts of `/readyz`.
    private func daemon() -> [Finding] {
        let client = SocketClient(socketPath: configuration.socket)
        guard let answer = client.ask("GET", "/readyz", timeout: .seconds(10)) else {
            return [
                access(configuration.socket, F_OK) == 0 && client.ask("GET", "/healthz", timeout: .seconds(2)) != nil
                    ? .failed("daemon", "it runs, and does not say how it stands", "see its log: journalctl -u slipway")
                    : .ok("daemon", "does not run, or does not answer at \(configuration.socket)")
            ]
        }
        guard let readiness = try? JSONDecoder().decode(Readiness.self, from: Data(answer.body)) else {
            return [
                .warning(
                    "daemon", "it answers in words that this program does not know",
                    "it may be of another version: compare 'slipway version' with 'slipway status', and restart it")
            ]
        }
        return Self.findings(of: readiness) + setAside(client) + webhooks(client)
    }

    /// What the daemon does not work on any more.
    private func setAside(_ client: SocketClient) -> [Finding] {
        guard let answer = client.ask("GET", APIPath.quarantine.text, timeout: .seconds(10)),
            let suspects = try? JSONDecoder().decode([Suspect].self, from: Data(answer.body))
        else { return [] }
        return suspects.map { .warning("quarantine", $0.sentence, $0.remedy) }
    }

    /// The findings that follow from what a daemon says of its parts.
    static func findings(of readiness: Readiness) -> [Finding] {
        let broken = readiness.parts.filter { !$0.isReady }
        if broken.isEmpty {
            let parts = readiness.parts.map(\.part.rawValue).joined(separator: ", ")
            return [.ok("daemon", "runs, and is ready: \(parts)")]
        }
        return broken.map { finding in
            .failed(
                "daemon", "runs, and its \(finding.part.rawValue) is not ready: \(finding.problem ?? "")",
                "docs/OPERATIONS.md says what to do about '\(finding.part.rawValue)'; the daemon goes on by itself")
        }
    }

    // The machine

    private func stateDirectory() -> Finding {
        let path = configuration.state
        var parent = path
        while access(parent, F_OK) != 0, parent != "/", !parent.isEmpty {
            parent = "/" + parent.split(separator: "/").dropLast().joined(separator: "/")
        }
        guard access(parent, W_OK) == 0 else {
            return .failed(
                "state", "\(path) cannot be written to by this user",
                "change its owner, or set 'state' in the configuration to a directory of your own")
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
            return .warning("state", "\(path) can be read by others", "chmod 700 \(path)")
        }
        return .ok("state", access(path, F_OK) == 0 ? path : "\(path), to be made at the first start")
    }

    /// Below this much free space the daemon refuses new builds (DESIGN section 7).
    private static let floorBytes: UInt64 = 2 << 30

    private func disk(at path: String, what subject: String) -> Finding {
        var existing = path
        while access(existing, F_OK) != 0, existing != "/" {
            existing = "/" + existing.split(separator: "/").dropLast().joined(separator: "/")
        }
        guard let space = FreeSpace(at: existing) else {
            return .failed(subject, "\(existing): \(String(cString: strerror(errno)))", nil)
        }
        let text = "\(space) at \(existing)"
        guard space.freeBytes >= Self.floorBytes, space.freeBytes >= space.totalBytes / 10 else {
            return .warning(subject, text, "free some space: builds need room, and a full disk stops them")
        }
        return .ok(subject, text)
    }

    private func secrets() -> [Finding] {
        let problems = configuration.secretProblems()
        if problems.isEmpty { return [.ok("secrets", "every file the configuration names can be read")] }
        return problems.map { .failed("secrets", $0.message, $0.hint) }
    }

    // The engine

    private func engine() async -> [Finding] {
        let socket = configuration.engineSocket
        do throws(EngineError) {
            let version = try await EngineClient(socketPath: socket).version()
            let name = "\(version.flavour.rawValue) \(version.version), API \(version.apiVersion), at \(socket)"
            return [.ok("engine", name), restartPolicy(version)]
        } catch {
            let start =
                access("/run/systemd/system", F_OK) == 0
                ? "systemctl enable --now podman.socket (or docker)"
                : "podman system service --time 0 unix://\(socket) (or dockerd)"
            return [
                .failed(
                    "engine", "no engine answers at \(socket): \(error.message)",
                    "start one: \(start), or set runtime.socket")
            ]
        }
    }

    /// Whether containers come back by themselves when the host restarts.
    private func restartPolicy(_ version: EngineVersion) -> Finding {
        let unit = version.flavour == .podman ? "podman-restart.service" : "docker.service"
        guard access("/run/systemd/system", F_OK) == 0 else {
            return .warning(
                "restart",
                "this machine does not run systemd: containers start at boot only if something starts the engine",
                "see to it that \(unit == "docker.service" ? "dockerd" : "podman start --all") runs at boot")
        }
        return Units.isEnabled(unit)
            ? .ok("restart", "\(unit) is enabled: applications come back after a reboot")
            : .warning(
                "restart", "\(unit) is not enabled: applications would not come back after a reboot by themselves",
                "systemctl enable \(unit)")
    }

    // The front door

    private func proxy() async -> [Finding] {
        if case .external(let url) = configuration.router.caddy {
            let answer = await asked(nil, url + "/config/")
            guard answer != nil else {
                return [.failed("caddy", "nothing answers at \(url)", "start Caddy with its admin endpoint there")]
            }
            let resets = Finding.warning(
                "routes", "with a Caddy of your own a change of routes may reset a connection that is just being made",
                "\(ConnectionMigration.command) avoids that, and so does router.caddy: managed")
            return [.ok("caddy", "answers at \(url)")] + (await webSockets())
                + (ConnectionMigration.isOn == true ? [] : [resets])
        }
        let frame = CaddyFrame(httpPort: configuration.router.httpPort, daemonAddress: configuration.listen.description)
        let caddy = ManagedCaddy(directory: configuration.state + "/caddy", frame: frame, log: .silent)
        do throws(StageFailure) {
            let version = try await caddy.version()
            return [.ok("caddy", version)]
        } catch {
            return [.failed("caddy", error.message, error.hint)]
        }
    }

    /// Whether WebSockets survive a change of routes. The admin API does not say a version: the program here is asked.
    private func webSockets() async -> [Finding] {
        let frame = CaddyFrame(httpPort: configuration.router.httpPort, daemonAddress: configuration.listen.description)
        let caddy = ManagedCaddy(directory: configuration.state + "/caddy", frame: frame, log: .silent)
        guard let version = try? await caddy.version(), !ManagedCaddy.keepsStreams(version) else { return [] }
        return [
            .warning(
                "websockets",
                "Caddy \(version) cuts open WebSockets whenever a route changes; changes are batched to make that rare",
                "install Caddy 2.7 or newer (https://caddyserver.com/docs/install) and restart it and slipway, or let "
                    + "slipway run its own: router.caddy: managed")
        ]
    }

    private func ports() -> [Finding] {
        // A daemon that was killed leaves the file of its socket behind, so only an answer counts.
        let isRunning = answers(at: configuration.socket)
        let isProxyRunning =
            configuration.router.caddy == .managed && answers(at: configuration.state + "/caddy/admin.sock")
        return [("router.http", configuration.router.httpPort), ("listen", configuration.listen.port)].map {
            name, port in
            let isFree = FreePort.first(from: port) == port
            if isFree { return .ok("port", "\(name) \(port) is free") }
            if isRunning { return .ok("port", "\(name) \(port) is in use, and a daemon runs") }
            let holder = ListeningPorts.holder(ofPort: port)
            // The managed Caddy outlives the daemon.
            if name == "router.http", isProxyRunning, holder?.hasPrefix("caddy") ?? true {
                return .ok("port", "\(name) \(port) is in use by the managed Caddy, which the daemon takes over")
            }
            return .failed(
                "port", "\(name) \(port) is taken by \(holder ?? "another program")",
                "find it with: ss -ltnp 'sport = :\(port)'; stop it, or set \(name) to another port")
        }
    }

    private func answers(at socketPath: String) -> Bool {
        SocketClient(socketPath: socketPath).ask("GET", "/", timeout: .seconds(2)) != nil
    }

    private func boot() -> [Finding] {
        guard access("/run/systemd/system", F_OK) == 0 else { return [] }
        return [
            Units.isEnabled("slipway.service")
                ? .ok("boot", "slipway.service is enabled")
                : .warning("boot", "slipway.service is not enabled", "systemctl enable --now slipway")
        ]
    }

    // The projects

    private func projects() async -> [Finding] {
        if configuration.projects.isEmpty {
            return [.warning("projects", "the configuration names no project", "add one under 'projects'")]
        }
        let transport = GitTransport()
        var findings: [Finding] = []
        for project in configuration.projects {
            findings.append(await reach(project, transport))
            if let absence = HostAbsence.finding(for: project) {
                findings.append(.warning("project \(project.name)", absence.what, absence.remedy))
            } else {
                findings += await HostCheck(project: project, accounts: accounts).findings()
            }
            if project.webhookSecrets.isEmpty {
                findings.append(
                    .warning(
                        "project \(project.name)", "no webhook secret: pushes are found by polling alone",
                        "set webhook_secret, and point the host's webhook at /hooks/\(project.name)"))
            }
        }
        return findings
    }

    private func reach(_ project: Configuration.Project, _ transport: GitTransport) async -> Finding {
        let subject = "project \(project.name)"
        do throws(StageFailure) {
            let credential = try await accounts.credential(of: project)
            switch await transport.list([project.repository], credential: credential).first {
            case .success(let listing):
                let head = listing.head.map { ", default branch \($0.short)" } ?? ", and it is empty"
                return .ok(subject, "\(project.repository) answers\(head)")
            case .failure(let failure): return .failed(subject, failure.message, failure.hint)
            case nil: return .failed(subject, "\(project.repository) was not asked", nil)
            }
        } catch {
            return .failed(subject, error.message, error.hint)
        }
    }

    private static let pool = BlockingPool(name: "slipway.doctor", width: 2)

    /// The status of an answer, or nil when there was none.
    private func asked(_ socket: String?, _ path: String) async -> Int? {
        await Self.pool.run { SocketClient(socketPath: socket).ask("GET", path, timeout: .seconds(5))?.status }
    }
}

/// What systemd starts at boot, read from its directories: systemctl(1) may be missing in containers.
enum Units {
    /// Whether a unit is wanted by a target.
    static func isEnabled(_ unit: String) -> Bool {
        ["multi-user.target.wants", "default.target.wants", "sockets.target.wants"].contains { target in
            access("/etc/systemd/system/\(target)/\(unit)", F_OK) == 0
        }
    }
}
