import FoundationEssentials
import Glibc
package import HTTPClient
package import Subprocess
import Synchronization

/// A container engine of this test process's own: private directories, socket and networks below a temporary directory.
///
/// Started at its first use and ended, with all that it runs, when the process exits. If the process dies
/// instead, the engine is told by the kernel, and the next test process sweeps up.
package final class EngineFixture: Sendable {
    /// The programs that can be the engine.
    package enum Program: String, Sendable, CaseIterable, CustomStringConvertible {
        /// Podman's service.
        case podman
        /// Docker's daemon.
        case docker

        package var description: String { rawValue }

        /// One that is installed, for what is the same with all of them; Docker, if there is a choice, two of whose
        /// scenes can play at a time.
        package static let one: [Self] = [allCases.last { $0.path != nil } ?? .podman]

        /// Where it is installed; nil: it is not.
        package var path: String? {
            let name = self == .podman ? "podman" : "dockerd"
            return ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map { "\($0)/\(name)" }
                .first { access($0, X_OK) == 0 }
        }
    }

    /// Why there is no engine.
    package enum Unusable: Error, Sendable {
        /// The program is not on this machine: skip the test, saying so.
        case notInstalled(Program)
        /// It does not answer; what it wrote.
        case didNotStart(Program, String)
        /// A request of the fixture's own was refused.
        case refused(String)
    }

    /// Which program it is.
    package let program: Program
    /// Where it listens.
    package let socketPath: String
    /// Everything it has is below this directory.
    package let directory: String

    private let images = Mutex<[String: String]>([:])
    private let process: EngineProcess

    private struct Place: Hashable {
        let program: Program
        let number: Int
    }

    private static let started = Mutex<[Place: Result<EngineFixture, Unusable>]>([:])

    /// The process's engine of that kind and number.
    package static func shared(_ program: Program, number: Int = 0) throws(Unusable) -> EngineFixture {
        let place = Place(program: program, number: number)
        let result = started.withLock { started in
            if let known = started[place] { return known }
            if started.isEmpty {
                EngineDirectory.sweep()
                atexit { EngineFixture.endAll() }
            }
            let result = Result { () throws(Unusable) in try EngineFixture(program, number: -number) }
            started[place] = result
            return result
        }
        return try result.get()
    }

    private static func endAll() {
        for case .success(let engine) in started.withLock({ Array($0.values) }) { engine.end() }
    }

    /// An engine that nobody else uses, for a test that stops it; whoever asks for it ends it.
    package static func own(_ program: Program) throws(Unusable) -> EngineFixture {
        let number = owned.withLock { owned in
            owned += 1
            return owned
        }
        return try EngineFixture(program, number: number)
    }

    private static let owned = Mutex(0)

    private init(_ program: Program, number: Int = 0) throws(Unusable) {
        guard let path = program.path else { throw .notInstalled(program) }
        self.program = program
        directory = EngineDirectory.make(for: program, number: number)
        socketPath = "\(directory)/engine.sock"
        process = EngineProcess(
            EngineDirectory.command(program, number: number, at: path, in: directory), logPath: "\(directory)/log")
        try waitUntilItAnswers()
    }

    /// How long an engine may take to start on a busy machine.
    private static let startLimit = Duration.seconds(60)
    private static let pauseMicroseconds: UInt32 = 10_000

    private func waitUntilItAnswers() throws(Unusable) {
        let limit = ContinuousClock.now + Self.startLimit
        while ContinuousClock.now < limit, process.isRunning {
            if let answer = try? ask("GET", "/_ping"), answer.isSuccess { return }
            usleep(Self.pauseMicroseconds)
        }
        let log = (try? String(contentsOf: URL(filePath: "\(directory)/log"), encoding: .utf8)) ?? ""
        end()
        throw .didNotStart(program, String(log.suffix(2000)))
    }

    /// Stops the engine's process and starts it again with all that it had, as after an upgrade.
    package func restart() throws(Unusable) {
        stop()
        try start()
    }

    /// Stops the engine's process; what it had stays, as far as such an engine leaves it.
    package func stop() { process.stop() }

    /// Starts the engine's process again.
    package func start() throws(Unusable) {
        process.start()
        try waitUntilItAnswers()
    }

    /// What the machine does besides starting the engine after it was booted: Docker starts what should keep running
    /// by itself, Podman has the unit podman-restart.service for it.
    package func startWhatShouldRun() throws {
        guard program == .podman, let path = program.path else { return }
        var output = ""
        // Engines side by side hold the packet filter's one lock against each other: one start in many fails for it.
        for _ in 0..<Self.startAttempts {
            let completed = try Spawn.run(
                EngineDirectory.podman(
                    ["start", "--all", "--filter", "restart-policy=always"], at: path, in: directory),
                outputLimit: 1 << 16, deadline: .now + .seconds(60))
            if completed.status.isSuccess { return }
            output = String(decoding: completed.output + completed.errorOutput, as: UTF8.self)
        }
        throw Unusable.refused("podman start --all: \(output)")
    }

    private static let startAttempts = 5

    /// What the machine does before stopping the engine when it is shut down: podman-restart.service again.
    package func stopWhatRuns() throws(SpawnError) {
        guard program == .podman, let path = program.path else { return }
        _ = try Spawn.run(
            EngineDirectory.podman(["stop", "--all", "--time", "5"], at: path, in: directory),
            outputLimit: 1 << 16, deadline: .now + .seconds(60))
    }

    /// A name that nothing else in this engine has.
    package func uniqueName(_ stem: String) -> String { "\(stem)-\(next())" }

    /// A block of 256 addresses that no other network of this process has, and hardly one of another process.
    package func uniqueSubnet() -> String {
        let number = (Int(getpid()) &* 37 + next()) % (54 * 256)
        return "10.\(202 + number / 256).\(number % 256).0/24"
    }

    /// A block of 4096 addresses, for a daemon's networks.
    package func uniqueBlock() -> String {
        let number = (Int(getpid()) &* 37 + next()) % (64 * 16)
        return "10.\(128 + number / 16).\(number % 16 * 16).0/20"
    }

    /// One count for all engines of the process, as their networks are the same kernel's.
    private static let counter = Mutex(0)

    private func next() -> Int {
        Self.counter.withLock { counter in
            counter += 1
            return counter
        }
    }

    /// The context of an image that has a busybox and nothing else besides what is given.
    package static func context(dockerfile: String, files: [TinyTar.File] = []) throws -> [UInt8] {
        let busybox = try Data(contentsOf: URL(filePath: "/bin/busybox"))
        return TinyTar.bytes(
            of: [.init("Dockerfile", dockerfile), .init("busybox", Array(busybox), isExecutable: true)] + files)
    }

    /// A Dockerfile whose image runs the shell script; it exposes 8080.
    package static func dockerfile(running script: String) -> String {
        """
        FROM scratch
        COPY busybox /bin/busybox
        COPY busybox /bin/sh
        EXPOSE 8080
        CMD ["/bin/sh", "-c", \(quoted(script))]
        """
    }

    /// A script that answers HTTP requests on `$PORT`, else 8080, with the text.
    package static func webScript(saying text: String) -> String {
        "mkdir -p /www; echo '\(text)' > /www/index.html; exec busybox httpd -f -p ${PORT:-8080} -h /www"
    }

    /// The id of an image that runs the script, built at its first use.
    package func image(running script: String) throws -> String {
        if let known = images.withLock({ $0[script] }) { return known }
        let context = try Self.context(dockerfile: Self.dockerfile(running: script))
        let answer = try ask(
            "POST", "/build?forcerm=1&t=slipway.local/fixture:\(uniqueName("image"))", body: context,
            type: "application/x-tar")
        struct Message: Decodable {
            struct Auxiliary: Decodable { let ID: String }
            let aux: Auxiliary?
        }
        let messages = answer.body.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(Message.self, from: Data($0))
        }
        guard let id = messages.compactMap({ $0.aux?.ID }).last else {
            throw Unusable.refused(String(decoding: answer.body, as: UTF8.self))
        }
        images.withLock { $0[script] = id }
        return id
    }

    /// Asks the engine something and returns its answer, whatever the status.
    @discardableResult
    package func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, type: String = "application/json"
    ) throws(HTTPClientError) -> HTTPResponse {
        var session = try HTTPSession()
        return try session.perform(
            HTTPRequest(
                method: method, socketPath: socketPath, url: "http://localhost\(path)",
                headers: body == nil ? [] : [HTTPHeader("Content-Type", type)],
                body: body.map { .bytes($0) } ?? .none, timeout: .seconds(120)))
    }

    /// Ends it, with all that it runs; done by itself for the shared ones.
    package func end() {
        EngineDirectory.removeEverything(of: self)
        process.stop()
        EngineDirectory.remove(directory)
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
