import ContainerEngine
import Foundation
import Lifecycle
import Model
import Synchronization
import TestSupport
import Testing

@testable import Builder

/// The whole Builder on a real engine, with real Git.
@Suite(.serialized) struct ImageBuilderTests {
    private let sample: Sample
    private let instance = "test-\(UInt64.random(in: 0 ... .max))"

    init() throws { sample = try Sample() }

    private struct Bench {
        let fixture: EngineFixture
        let engine: EngineClient
        let builder: ImageBuilder
    }

    private func bench(
        _ program: EngineFixture.Program, limits: BuilderLimits = .init(), concurrency: Int = 2
    ) async throws -> Bench {
        let fixture = try await EngineFixture.forTest(program)
        let engine = EngineClient(socketPath: fixture.socketPath)
        return Bench(
            fixture: fixture, engine: engine,
            builder: ImageBuilder(
                engine: engine, instance: instance, limits: limits, concurrency: concurrency, log: .silent))
    }

    private static let busybox = Sample.File.executable(
        (try? Data(contentsOf: URL(filePath: "/bin/busybox"))).map { Array($0) } ?? [])
    private static let base = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n"

    private func job(
        _ bench: Bench, _ files: [String: Sample.File], definition: BuildDefinition = .init(), log: String = "1.log"
    ) async throws -> BuildJob {
        let commit = try sample.commit(files.merging(["busybox": Self.busybox]) { given, _ in given })
        let manifest = Manifest(services: ["web": ServiceDefinition(build: definition)])
        let candidate = try await bench.builder.candidate(
            commit: commit, manifest: manifest, mirror: sample.mirror, platform: "linux/amd64")
        return BuildJob(
            project: try #require(ProjectName("shop")), service: "web", definition: definition,
            key: try #require(candidate.services.first).buildKey, commit: commit, mirror: sample.mirror,
            logPath: sample.path(of: log))
    }

    private func failure(_ bench: Bench, _ job: BuildJob) async -> StageFailure? {
        do {
            _ = try await bench.builder.image(for: job)
            return nil
        } catch {
            return error
        }
    }

    private func log(_ job: BuildJob) throws -> String { try String(contentsOfFile: job.logPath, encoding: .utf8) }

    @Test(arguments: EngineFixture.Program.allCases)
    func whatIsSentArrivesAsItIs(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let script =
            "cd /c && busybox find . | busybox sort && busybox stat -c '%n %a %Y' run text && busybox readlink link && busybox readlink dir/up"
        let job = try await job(
            bench,
            [
                "Dockerfile": .text(Self.base + "COPY . /c/\nRUN \(script)\n"), "run": .program("#!/bin/sh"),
                "text": .text("x"),
                "link": .link("run"), "dir/up": .link("../text"), "dir/f\u{fc}r.txt": .text(""),
                "src/x/a.go": .text(""), "src/x/a.c": .text(""), "doc/README.md": .text(""),
                ".dockerignore": .text("*\n!busybox\n!run\n!text\n!link\n!dir\n!**/*.go\n"),
            ])
        let image = try await bench.builder.image(for: job)
        let text = try log(job)
        let listing = [
            ".", "./busybox", "./dir", "./dir/f\u{fc}r.txt", "./dir/up", "./link", "./run", "./src", "./src/x",
            "./src/x/a.go", "./text",
        ]
        #expect(text.contains(listing.joined(separator: "\n") + "\nrun 755 0\ntext 644 0\nrun\n../text\n"), "\(text)")
        let labels = try #require(try await bench.engine.inspectImage(image)).labels
        #expect(labels[Label.instance] == instance)
        #expect(labels[Label.project] == "shop")
        #expect(labels[Label.build] == job.key.hex)
        #expect(labels.keys.filter { $0.hasPrefix("io.slipway.") }.count == 3)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func theSameKeyIsBuiltOnce(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let files: [String: Sample.File] = [
            "Dockerfile": .text(Self.base), ".dockerignore": .text("*.md"), "a.md": .text("1"),
        ]
        let job = try await job(bench, files)
        let starts = Mutex(0)
        let hooks = BuildHooks(onStart: { starts.withLock { $0 += 1 } })
        async let first = bench.builder.image(for: job, hooks: hooks)
        async let second = bench.builder.image(for: job, hooks: hooks)
        let images = try await [first, second]
        let changed = try await self.job(bench, files.merging(["a.md": .text("2")]) { $1 })
        #expect(changed.key == job.key)
        #expect(changed.commit != job.commit)
        // A daemon that has lost its database asks the engine.
        let later = ImageBuilder(
            engine: bench.engine, instance: instance, limits: .init(), concurrency: 1, log: .silent)
        let third = try await later.image(for: changed, hooks: hooks)
        #expect(Set(images + [third]).count == 1)
        #expect(starts.withLock { $0 } == 1)
        #expect(try await later.existingImage(project: job.project, key: job.key) == third)
        let elsewhere = ImageBuilder(
            engine: bench.engine, instance: "other", limits: .init(), concurrency: 1, log: .silent)
        #expect(try await elsewhere.existingImage(project: job.project, key: job.key) == nil)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aFailingCommandNamesItsLine(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let job = try await job(
            bench,
            [
                "Dockerfile": .text(
                    "# comment\nARG X=1\n\(Self.base)RUN echo one \\\n  && echo two\n\nRUN echo cause; \\\n  exit 3\n")
            ])
        let ended = Mutex<[Result<ImageID, StageFailure>]>([])
        var failure: StageFailure?
        do {
            _ = try await bench.builder.image(
                for: job, hooks: BuildHooks(onEnd: { result in ended.withLock { $0.append(result) } }))
        } catch {
            failure = error
        }
        #expect(
            failure?.message.hasPrefix(
                "the build of service 'web' failed at Dockerfile:9, RUN echo cause;   exit 3: exit status 3") == true,
            "\(failure?.message ?? "")")
        #expect(failure?.reason == .buildFailed)
        #expect(failure?.verdict == .stall)
        #expect(failure?.output.contains("cause") == true)
        #expect((failure?.output.count ?? 0) <= 20)
        #expect(ended.withLock { $0 } == [.failure(try #require(failure))])
        #expect(try log(job).contains("cause\n"))
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anUnknownInstructionNamesItsLine(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let job = try await job(bench, ["Dockerfile": .text(Self.base + "\nFOO bar\n")])
        let failure = await failure(bench, job)
        #expect(
            failure?.message.hasPrefix(
                "the build of service 'web' failed at Dockerfile:5, FOO bar: unknown instruction") == true,
            "\(failure?.message ?? "")")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aBaseThatCannotBeReachedIsTriedAgain(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let job = try await job(bench, ["Dockerfile": .text("FROM localhost:1/no/such:1\n")])
        let failure = await failure(bench, job)
        #expect(failure?.verdict == .retry(after: nil))
        #expect(
            failure?.message.contains("at Dockerfile:1, FROM localhost:1/no/such:1") == true,
            "\(failure?.message ?? "")")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func whatIsNotSentFailsByName(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program, limits: BuilderLimits(blobBytes: 3 << 20))
        let job = try await job(
            bench, ["Dockerfile": .text(Self.base), "zz": .bytes([UInt8](repeating: 1, count: 4 << 20))])
        #expect(
            await failure(bench, job)?.message
                == "the build context cannot be sent: 'zz' has 4 MiB, more than the 3 MiB allowed")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func cancellingKillsTheBuildsProcesses(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let mark = "slipway-mark-\(UInt64.random(in: 0 ... .max))"
        let job = try await job(
            bench, ["Dockerfile": .text(Self.base + "RUN echo begun; exec busybox tail -f /dev/null \(mark)\n")])
        let begun = Wake()
        let hooks = BuildHooks(onOutput: { if $0.contains("begun\n") { begun.ring() } })
        let ended = Wake()
        let result = await withTaskGroup(of: Result<ImageID, StageFailure>?.self) { group in
            group.addTask {
                let all = BuildHooks(onOutput: hooks.onOutput, onEnd: { _ in ended.ring() })
                do throws(StageFailure) {
                    return .success(try await bench.builder.image(for: job, hooks: all))
                } catch {
                    return .failure(error)
                }
            }
            await begun.wait(until: .after(.seconds(60)))
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(result == .failure(.cancelled))
        let limit = Deadline.after(.seconds(5))
        await ended.wait(until: limit)
        // Docker ends the step's container after it has closed the stream.
        while !processes(naming: mark).isEmpty, !limit.hasPassed { await Wake().wait(until: .after(.milliseconds(20))) }
        #expect(processes(naming: mark) == [])
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aBuildOutlivesTheCallerWhoBeganItWhileAnotherWaits(_ program: EngineFixture.Program) async throws {
        let bench = try await bench(program)
        let job = try await job(bench, ["Dockerfile": .text(Self.base + "RUN echo begun\nRUN echo on\n")])
        let begun = Wake()
        let image = try await withThrowingTaskGroup(of: ImageID?.self) { group in
            let hooks = BuildHooks(onStart: { begun.ring() })
            group.addTask { try? await bench.builder.image(for: job, hooks: hooks) }
            await begun.wait(until: .after(.seconds(60)))
            async let second = bench.builder.image(for: job)
            group.cancelAll()
            return try await second
        }
        #expect(try await bench.builder.existingImage(project: job.project, key: job.key) == image)
    }

    @Test func aFollowerSeesTheWholeOutput() async throws {
        let bench = try await bench(.podman)
        let job = try await job(bench, ["Dockerfile": .text(Self.base + "RUN echo one; echo two\n")])
        let begun = Wake()
        let hooks = BuildHooks(onOutput: { if $0.contains("STEP") { begun.ring() } })
        async let image = bench.builder.image(for: job, hooks: hooks)
        await begun.wait(until: .after(.seconds(60)))
        let seen = Mutex("")
        try await bench.builder.readLog(at: job.logPath, follow: true) { piece in
            seen.withLock { $0 += String(decoding: piece, as: UTF8.self) }
        }
        _ = try await image
        #expect(seen.withLock { $0 } == (try log(job)))
        #expect(seen.withLock { $0.contains("one\ntwo\n") })
    }

    @Test func anEngineThatDoesNotAnswerIsTriedAgain() async throws {
        let engine = EngineClient(socketPath: sample.path(of: "no.sock"))
        let builder = ImageBuilder(engine: engine, instance: instance, limits: .init(), concurrency: 1, log: .silent)
        let bench = Bench(fixture: try await EngineFixture.forTest(.podman), engine: engine, builder: builder)
        let failure = await failure(bench, try await job(bench, ["Dockerfile": .text(Self.base)]))
        #expect(failure?.reason == .engineUnavailable)
        #expect(failure?.verdict == .retry(after: nil))
    }

    @Test func customFrontendsAreRefusedPolitely() async throws {
        let bench = try await bench(.podman)
        let job = try await job(bench, ["Dockerfile": .text("# syntax=evil/frontend:1\n" + Self.base)])
        #expect(
            await failure(bench, job)?.message == "Dockerfile:1: the custom frontend 'evil/frontend:1' is not supported"
        )
    }

    @Test func anImageNamedByAForgedOutputIsNotTaken() async throws {
        let bench = try await bench(.podman)
        let other = try bench.fixture.image(running: "exec sleep 1").replacing("sha256:", with: "")
        let job = try await job(bench, ["Dockerfile": .text(Self.base + "RUN echo \(other)\n")])
        do {
            let image = try await bench.builder.image(for: job)
            #expect(image.digest.hex != other)
        } catch {
            #expect(error.message.contains("which it did not make"))
        }
    }

    /// The processes of this machine whose command line has the word.
    private func processes(naming word: String) -> [String] {
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
        return ids.filter { id in
            guard let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { return false }
            return String(decoding: data, as: UTF8.self).contains(word)
        }
    }
}
