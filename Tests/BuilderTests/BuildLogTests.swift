import Foundation
import Model
import Synchronization
import TestSupport
import Testing

@testable import Builder

@Suite struct BuildLogTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func content(_ log: BuildLog) throws -> String { try String(contentsOfFile: log.path, encoding: .utf8) }

    @Test func keepsWhatFits() throws {
        let log = try BuildLog(creatingAt: directory.path(of: "deep/down/1.log"), byteLimit: 4096)
        log.append("one\n")
        log.append("two\n")
        log.end()
        log.append("late\n")
        #expect(try content(log) == "one\ntwo\n")
    }

    @Test func keepsTheBeginningAndTheEnd() throws {
        let log = try BuildLog(creatingAt: directory.path(of: "1.log"), byteLimit: 4096)
        for number in 0..<10_000 {
            log.append("line \(number)\n")
            if number.isMultiple(of: 1000) { #expect(try content(log).utf8.count <= 4096) }
        }
        log.append(String(repeating: "x", count: 100_000) + "\nlast\n")
        let text = try content(log)
        #expect(text.utf8.count <= 4096)
        #expect(text.hasPrefix("line 0\nline 1\n"))
        #expect(text.hasSuffix("x\nlast\n"))
        #expect(text.components(separatedBy: "bytes are left out here").count == 2)
    }

    @Test func theCountOfWhatIsLeftOutIsExact() throws {
        let log = try BuildLog(creatingAt: directory.path(of: "1.log"), byteLimit: 4096)
        var total = 0
        for number in 0..<3000 {
            let line = "line \(number)\n"
            total += line.utf8.count
            log.append(line)
        }
        let text = try content(log)
        let marker = try #require(text.firstMatch(of: #/\n… (\d+) bytes are left out here …\n/#))
        #expect(text.utf8.count - marker.0.utf8.count + (Int(marker.1) ?? 0) == total)
    }

    @Test func aFollowerGetsWhatCameBeforeAndWhatComes() async throws {
        let log = try BuildLog(creatingAt: directory.path(of: "1.log"), byteLimit: 1 << 20)
        log.append("before\n")
        let seen = Mutex("")
        async let following: Void = log.follow { piece in
            seen.withLock { $0 += String(decoding: piece, as: UTF8.self) }
            // Whoever reads a piece makes the next one: so the order needs no clock.
            let length = seen.withLock { $0.utf8.count }
            if length < 30 { log.append("more\n") } else { log.end() }
        }
        await following
        #expect(seen.withLock { $0 } == (try content(log)))
        #expect(seen.withLock { $0.hasPrefix("before\nmore\n") })
    }

    @Test func aSlowFollowerMissesTheMiddleButNotTheEnd() async throws {
        let log = try BuildLog(creatingAt: directory.path(of: "1.log"), byteLimit: 4096)
        log.append("first\n")
        var seen = ""
        var isFirst = true
        await log.follow { piece in
            seen += String(decoding: piece, as: UTF8.self)
            guard isFirst else { return }
            isFirst = false
            for number in 0..<5000 { log.append("line \(number)\n") }
            log.end()
        }
        #expect(seen.hasPrefix("first\nline 0\n"))
        #expect(seen.contains("bytes are left out here"))
        #expect(seen.hasSuffix("line 4999\n"))
    }

    @Test func cancellingEndsAFollower() async throws {
        let log = try BuildLog(creatingAt: directory.path(of: "1.log"), byteLimit: 4096)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await log.follow { _ in } }
            group.cancelAll()
        }
        log.append("still open\n")
        #expect(try content(log) == "still open\n")
    }

    @Test func aPathThatCannotBeWrittenIsNamed() {
        #expect(throws: StageFailure.self) { try BuildLog(creatingAt: "/proc/no/such.log", byteLimit: 4096) }
    }
}
