import Lifecycle
import Model
import Store

/// What people ask about notices: which there were, and one of them once more.
package struct NoticeDesk: Sendable {
    let ledger: Ledger
    /// The names of those who are configured.
    let subscribers: Set<String>
    /// Told when there is something to send.
    let isNews: Broadcast

    /// The newest notices, newest first.
    func notices(limit: Int) async throws(RequestProblem) -> [Notice] {
        try await kept { try await ledger.notices(limit: limit) }
    }

    /// Sends a notice once more, under its id.
    func replay(_ number: Int64, now: Timestamp) async throws(RequestProblem) -> Notice {
        guard var notice = try await kept({ try await ledger.notice(number) }) else {
            throw .notFound("there is no notice \(number); 'slipway notifications' lists them")
        }
        guard subscribers.contains(notice.subscriber) else {
            throw .conflict("the configuration has no notification '\(notice.subscriber)' any more")
        }
        notice.state = .pending
        notice.attempts = 0
        notice.dueAt = now
        try await kept { [notice] in try await ledger.save(notice) }
        isNews.notify()
        return notice
    }

    private func kept<Value: Sendable>(_ body: () async throws -> Value) async throws(RequestProblem) -> Value {
        do {
            return try await body()
        } catch {
            throw .unavailable("the records cannot be used: \(error)")
        }
    }
}
