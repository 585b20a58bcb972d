import ContainerEngine
import Glibc
import TestSupport
import Testing

/// Engines that stop, come back, or never answer.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct OutageTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func sameClientGoesOnWhenTheEngineIsBack(_ program: EngineFixture.Program) async throws {
        let fixture = try await EngineFixture.forOneTest(program)
        defer { fixture.end() }
        let bench = Bench(fixture)
        let id = try await bench.run { $0.restartPolicy = .keepRunning }
        let connected = Collected<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await bench.engine.events(labels: bench.labels, onConnected: { connected.append([()]) }) { _ in }
            }
            await connected.wait { !$0.isEmpty }
            fixture.stop()
            // The stream ends by itself: in good order or broken off, but never as if it had been cancelled.
            do {
                try await group.next()
            } catch let error as EngineError {
                #expect(error.isUnavailable, "\(error)")
            }
        }
        let error = await #expect(throws: EngineError.self) { try await bench.engine.containers(labels: bench.labels) }
        #expect(error?.isUnavailable == true, "\(String(describing: error))")

        try fixture.start()
        let detail = try await bench.detail(of: id) { $0.container.state == .running }
        #expect(detail.container.id == id)
        #expect(try await bench.engine.containers(labels: bench.labels).map(\.id) == [id])
    }

    @Test
    func callEndsWhenItsTaskIsCancelled() async throws {
        let silent = try SilentListener()
        let engine = EngineClient(socketPath: silent.path)
        let error = await withTaskGroup(of: EngineError?.self) { group in
            group.addTask {
                await #expect(throws: EngineError.self) { try await engine.containers(labels: [:]) }
            }
            await silent.waitForRequest()
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error?.isCancelled == true)
        #expect(error?.isUnavailable == false)
    }

    @Test
    func callNeverBeginsForATaskThatIsCancelled() async throws {
        let silent = try SilentListener()
        let engine = EngineClient(socketPath: silent.path)
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                let error = await #expect(throws: EngineError.self) { try await engine.version() }
                #expect(error?.isCancelled == true)
            }
        }
    }
}

/// A socket that takes connections and requests, and never answers.
private final class SilentListener: Sendable {
    let path: String
    private let directory: TemporaryDirectory
    private let descriptor: Int32

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path(of: "s")
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0 && listen(descriptor, 4) == 0)
    }

    deinit { close(descriptor) }

    /// Waits until somebody has connected.
    func waitForRequest() async {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&polled, 1, 0) == 0 { await Task.yield() }
    }
}
