import FoundationEssentials
import Glibc
package import HTTPClient
import Lifecycle
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

    private let counter = Mutex(0)
    private let images = Mutex<[String: String]>([:])
    private let process: EngineProcess
    private let builder = BlockingPool(name: "slipway.test.builder", width: 1)

    private static let started = Mutex<[Program: Result<EngineFixture, Unusable>]>([:])

    /// The process's one engine of that kind.
    package static func shared(_ program: Program) throws(Unusable) -> EngineFixture {
        let result = started.withLock { started in
            if let known = started[program] { return known }
            if started.isEmpty {
                EngineDirectory.sweep()
                atexit { EngineFixture.endAll() }
            }
            let result = Result { () throws(Unusable) in try EngineFixture(program) }
            started[program] = result
            return result
        }
        return try result.get()
    }

    private static func endAll() {
        for case .success(let engine) in started.withLock({ Array($0.values) }) { engine.end() }
    }

    private init(_ program: Program) throws(Unusable) {
        guard let path = program.path else { throw .notInstalled(program) }
        self.program = program
        directory = EngineDirectory.make(for: program)
        socketPath = "\(directory)/engine.sock"
        process = EngineProcess(
            EngineDirectory.command(program, at: path, in: directory), logPath: "\(directory)/log")
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
        process.stop()
        process.start()
        try waitUntilItAnswers()
    }

    /// A name that nothing else in this engine has.
    package func uniqueName(_ stem: String) -> String { "\(stem)-\(next())" }

    /// A block of 256 addresses that no other network of this process has, and hardly one of another process.
    package func uniqueSubnet() -> String {
        let number = (Int(getpid()) &* 37 + next() * 2 + (program == .docker ? 1 : 0)) % (54 * 256)
        return "10.\(148 + number / 256).\(number % 256).0/24"
    }

    private func next() -> Int {
        counter.withLock { counter in
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
    package func image(running script: String) async throws -> String {
        let built = await builder.run { Result { try self.builtImage(running: script) } }
        return try built.get()
    }

    private func builtImage(running script: String) throws -> String {
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

    private func end() {
        EngineDirectory.removeEverything(of: self)
        process.stop()
        EngineDirectory.remove(directory)
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
