import Model
import TestSupport
import Testing

@testable import Store

struct SuspectTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    private func object(_ text: String) throws -> WorkObject { try #require(WorkObject(text)) }

    @Test func theThirdCrashSetsAside() async throws {
        let staging = try object("environment shop/staging")
        _ = try await ledger.blame(try object("project blog"), cause: "signal 6", at: noon)
        for crash in 1...4 {
            let suspect = try await ledger.blame(staging, cause: "signal \(crash)", at: noon)
            #expect(suspect.crashes == crash)
            #expect(suspect.isSetAside == (crash >= 3))
            #expect(suspect.cause == "signal \(crash)")
        }
        #expect(try await ledger.suspects().map(\.object) == ["environment shop/staging", "project blog"])
        let events = try await ledger.events(project: ProjectName("shop"), after: nil, limit: 10)
        #expect(events.map(\.kind) == ["daemon.crashed", "daemon.crashed", "quarantine.added", "quarantine.added"])
        #expect(events.allSatisfy { $0.environment == EnvironmentName("staging") })
    }

    @Test func quietForgivesWhatIsNotSetAside() async throws {
        let (bad, once) = (try object("project shop"), try object("project blog"))
        for _ in 1...3 { _ = try await ledger.blame(bad, cause: "signal 4", at: noon) }
        _ = try await ledger.blame(once, cause: "signal 4", at: noon)
        try await ledger.forgiveSuspects()
        #expect(try await ledger.suspects().map(\.object) == ["project shop"])
        #expect(try await ledger.blame(once, cause: "signal 4", at: noon).crashes == 1)
    }

    @Test func releaseForgetsAndIsRemembered() async throws {
        let bad = try object("project shop")
        for _ in 1...3 { _ = try await ledger.blame(bad, cause: "signal 4", at: noon) }
        #expect(try await ledger.release(bad, at: noon))
        #expect(try await !ledger.release(bad, at: noon))
        #expect(try await ledger.suspects().isEmpty)
        let events = try await ledger.events(project: ProjectName("shop"), after: nil, limit: 10)
        #expect(events.last?.kind == "quarantine.released")
    }
}
