import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct TraceTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    private static let step = "5bd82b4ff54"
    private static let base: ImageID? = ImageID(String(repeating: "b", count: 64))

    private func traces(steps: [String], at seconds: Int) throws -> BuildTraces {
        let base = BuildTraces.Base(reference: "debian:12", image: try #require(Self.base))
        let began = noon.advanced(by: .seconds(seconds))
        return BuildTraces(steps: steps, bases: [base], span: began...began.advanced(by: .seconds(1)))
    }

    @Test func whatALaterBuildUsesAgainIsYoungerButStillOfTheBuildThatMadeIt() async throws {
        try await ledger.remember(try traces(steps: [Self.step, "aaaaaaaaaaa"], at: 0))
        try await ledger.remember(try traces(steps: [Self.step], at: 60))
        let found = try await ledger.buildTraces()
        #expect(found.map(\.digits) == ["aaaaaaaaaaa", Self.step, String(repeating: "b", count: 64)])
        #expect(found.map(\.reference) == [nil, nil, "debian:12"])
        #expect(found.allSatisfy { $0.span == noon...noon.advanced(by: .seconds(1)) })
        #expect(found.map { $0.usedAt.since(noon) } == [.seconds(1), .seconds(61), .seconds(61)])
        try await ledger.forget(traces: Array(found.prefix(2)))
        #expect(try await ledger.buildTraces().map(\.reference) == ["debian:12"])
    }
}
