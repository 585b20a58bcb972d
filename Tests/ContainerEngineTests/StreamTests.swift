import ContainerEngine
import Model
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct StreamTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func givesTheLinesOfBothOutputs(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("echo one; echo two >&2; echo three")
        #expect(try await bench.output(of: id).split(separator: "\n").sorted() == ["one", "three", "two"])
        #expect(try await bench.output(of: id, tail: 1).split(separator: "\n").count == 1)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func givesLongLinesAndAnyBytes(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("busybox head -c 300000 /dev/zero | busybox tr '\\0' x; printf '\\377\\n'")
        #expect(try await bench.output(of: id).utf8.filter { $0 == UInt8(ascii: "x") }.count == 300_000)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func followsUntilCancelled(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.run("echo ready; \(Bench.idle)")
        let text = Collected<UInt8>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                let error = await #expect(throws: EngineError.self) {
                    try await bench.engine.logs(container: id, tail: nil, follow: true) { text.append($0) }
                }
                #expect(error?.isCancelled == true)
            }
            await text.wait { !$0.isEmpty }
            group.cancelAll()
        }
        #expect(String(decoding: text.all, as: UTF8.self) == "ready\n")
        try await bench.engine.remove(id, force: true)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func saysNotFoundForTheLogOfNobody(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let error = await #expect(throws: EngineError.self) {
            try await bench.engine.logs(container: "nobody", tail: nil, follow: true) { _ in }
        }
        #expect(error?.isNotFound == true, "\(String(describing: error))")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func tellsWhatHappensToOurContainersOnly(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let stranger = try await Bench(program)
        let events = Collected<EngineEvent>()
        let connected = Collected<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await bench.engine.events(labels: bench.labels, onConnected: { connected.append([()]) }) {
                    events.append([$0])
                }
            }
            await connected.wait { !$0.isEmpty }
            let other = try await stranger.run()
            let spec = try await bench.spec()
            let id = try await bench.engine.create(spec)
            try await bench.engine.start(id)
            try await bench.engine.stop(id, timeout: .seconds(5))
            try await bench.engine.remove(id, force: true)
            await events.wait { $0.contains { $0.kind == .destroyed } }
            group.cancelAll()
            while true { do { if try await group.next() == nil { break } } catch {} }
            let kinds = events.all.map(\.kind)
            #expect(kinds.filter { $0 == .started }.count == 1)
            #expect(kinds.filter { $0 == .died }.count == 1)
            #expect(kinds.last { $0 != .other } == .destroyed)
            #expect(events.all.allSatisfy { $0.containerID == id && $0.name == spec.name })
            #expect(events.all.allSatisfy { $0.labels["io.slipway.instance"] == bench.labels["io.slipway.instance"] })
            #expect(events.all.allSatisfy { $0.at.milliseconds > 1_600_000_000_000 })
            try await stranger.engine.remove(other, force: true)
        }
    }
}
