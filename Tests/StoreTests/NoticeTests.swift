import Model
import TestSupport
import Testing

@testable import Store

/// Ends of deployments are noted with the deployments themselves, and notices are remembered until they are sent.
@Suite struct NoticeTests {
    private func opened() async throws -> (ledger: Ledger, directory: TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        let ledger = Ledger(path: directory.path(of: "slipway.db"))
        _ = try await ledger.open(now: noon)
        return (ledger, directory)
    }

    private func deployment(_ ledger: Ledger) async throws -> Deployment {
        try await ledger.beginDeployment(
            environment: EnvironmentID(project: .shop, name: .staging), kind: .staging, commit: .zero, ref: nil,
            cause: "a push", at: noon)
    }

    private func notice(_ id: String, of end: EndedDeployment) -> Notice {
        Notice(
            id: id, subscriber: "chat", environment: end.deployment.environment, kind: .staging, outcome: end.outcome,
            deployment: end.deployment.number, ref: nil, commit: .zero, release: nil, endedAt: noon, reason: "a push",
            url: nil, dueAt: noon)
    }

    @Test func everyEndIsNotedOnce() async throws {
        let (ledger, _) = try await opened()
        var first = try await deployment(ledger)
        for state in [DeploymentState.building, .starting, .live, .live] {
            first.state = state
            try await ledger.save(first)
        }
        var second = try await deployment(ledger)
        second.state = .failed
        try await ledger.save(second)
        var third = try await deployment(ledger)
        third.state = .live
        try await ledger.save(third)
        let ends = try await ledger.endedDeployments()
        #expect(ends.map(\.outcome) == [.live, .failed, .live], "being replaced is no end to be told of")
        #expect(ends.map(\.deployment.number) == [first.number, second.number, third.number])
    }

    @Test func noticesTakeThePlaceOfEndsInOneStep() async throws {
        let (ledger, directory) = try await opened()
        var deployment = try await deployment(ledger)
        deployment.state = .failed
        try await ledger.save(deployment)
        let end = try #require(try await ledger.endedDeployments().first)
        try await ledger.save(notices: [notice("msg_1", of: end), notice("msg_2", of: end)], ofEndsUpTo: end.sequence)
        // As after a crash that came too early to know that it was done.
        try await ledger.save(notices: [notice("msg_1", of: end)], ofEndsUpTo: end.sequence)
        #expect(try await ledger.endedDeployments().isEmpty)
        var pending = try await ledger.pendingNotices()
        #expect(pending.map(\.id) == ["msg_1", "msg_2"] && pending.map(\.number) == [1, 2])
        pending[0].state = .delivered
        pending[0].attempts = 1
        try await ledger.save(pending[0])
        try await ledger.close()
        let again = Ledger(path: directory.path(of: "slipway.db"))
        _ = try await again.open(now: noon)
        #expect(try await again.pendingNotices().map(\.id) == ["msg_2"])
        #expect(try await again.notices(limit: 9).map(\.state) == [.pending, .delivered])
        #expect(try await again.notice(1) == pending[0])
        #expect(try await again.notice(3) == nil)
    }

    @Test func onlyTheNewestNoticesAreKeptAndAllThatAreToBeSent() async throws {
        let (ledger, _) = try await opened()
        var deployment = try await deployment(ledger)
        deployment.state = .failed
        try await ledger.save(deployment)
        let end = try #require(try await ledger.endedDeployments().first)
        let count = Int(Ledger.noticeLimit) + 10
        let notices = (1...count).map { number in
            var notice = notice("msg_\(number)", of: end)
            if number != 3 { notice.state = .delivered }
            return notice
        }
        try await ledger.save(notices: notices, ofEndsUpTo: 0)
        let kept = try await ledger.notices(limit: count)
        #expect(kept.count == Int(Ledger.noticeLimit) + 1)
        #expect(kept.last?.id == "msg_3")
    }

    @Test func silencesAndLastDeliveriesAreRemembered() async throws {
        let (ledger, _) = try await opened()
        #expect(try await ledger.silence(of: .shop) == nil)
        #expect(try await ledger.lastDelivery(of: .shop) == nil)
        try await ledger.save(silence: noon, of: .shop)
        #expect(try await ledger.silence(of: .shop) == noon)
        try await ledger.save(silence: nil, of: .shop)
        #expect(try await ledger.silence(of: .shop) == nil)
        for (id, moment) in [("a", noon), ("b", noon.advanced(by: .seconds(5)))] {
            _ = try await ledger.record(
                NewDelivery(project: .shop, host: "github", deliveryID: id, event: "push", receivedAt: moment))
        }
        #expect(try await ledger.lastDelivery(of: .shop) == noon.advanced(by: .seconds(5)))
    }

    @Test func whatIsAnnouncedStaysOpenWhileItIsWaitedFor() async throws {
        let (ledger, _) = try await opened()
        let commit = try #require(ObjectID(String(repeating: "a", count: 40)))
        for id in 1...4 {
            _ = try await ledger.record(
                NewDelivery(
                    project: .shop, host: "github", deliveryID: "\(id)", event: "push", receivedAt: noon,
                    ref: .branch("main"), announced: id == 4 ? nil : commit, before: id == 2 ? .zero : nil))
        }
        try await ledger.settle(of: .shop, upTo: 4, except: [2], outcome: "looked at")
        let open = try await ledger.openAnnouncements(of: .shop)
        #expect(open.map(\.sequence) == [2] && open.first?.announced == commit && open.first?.before == .zero)
        try await ledger.settle(of: .shop, upTo: 2, outcome: "did not appear")
        #expect(try await ledger.openAnnouncements(of: .shop).isEmpty)
        #expect(
            try await ledger.deliveries(limit: 4).map(\.outcome) == [
                "looked at", "looked at", "did not appear", "looked at",
            ])
    }
}
