import Config
import GitHosts
import HTTPClient
import Lifecycle
import Model
import SQLite
import Store
import Synchronization

/// Sends the notices of one subscriber, one after the other.
struct NoticeSender: Service {
    let subscriber: Configuration.Subscriber
    let ledger: Ledger
    let pool: BlockingPool
    /// Told when there are new notices.
    let isNews: Broadcast
    let changes: Broadcast
    let log: Log

    var name: String { "notification \(subscriber.name)" }

    /// The time between two requests: a storm of ends is no storm of requests.
    private static let pause = Duration.seconds(1)
    /// How long one request may take.
    private static let patience = Duration.seconds(15)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        let isNews = isNews
        let cancellation = Cancellation()
        stop.onRaise {
            wake.ring()
            isNews.notify()
            cancellation.cancel()
        }
        // By the clock that nobody sets; what is on disk is by the other one.
        var due: [Int64: (written: Timestamp?, deadline: Deadline)] = [:]
        var failures = 0
        while !stop.isRaised {
            let seen = isNews.generation
            do throws(SQLiteError) {
                let waiting = try await ledger.pendingNotices().filter { $0.subscriber == subscriber.name }
                let now = Timestamp(milliseconds: WallClock.milliseconds())
                for notice in waiting {
                    // A person may have asked for it to be sent once more, at once.
                    if let known = due[notice.number], known.written == notice.dueAt { continue }
                    let left = notice.dueAt.map { $0.since(now) } ?? .zero
                    due[notice.number] = (notice.dueAt, .after(max(.zero, min(left, .seconds(6 * 3600)))))
                }
                due = due.filter { entry in waiting.contains { $0.number == entry.key } }
                if let notice = waiting.first(where: { due[$0.number]?.deadline.hasPassed ?? true }) {
                    due[notice.number] = nil
                    // One that the daemon's end cut off is sent again by its next start, under the same id.
                    guard let next = await attempt(notice, cancellation) else { break }
                    try await ledger.save(next)
                    changes.notify()
                    await wake.wait(until: .after(Self.pause))
                } else {
                    await isNews.wait(after: seen, until: due.values.map(\.deadline).min())
                }
                failures = 0
            } catch {
                failures += 1
                if failures == 1 { log.warning("cannot see which notices are to be sent: \(error)") }
                await wake.wait(
                    until: .after(Backoff.standard.pause(afterFailures: failures, random: Chance.fraction())))
            }
        }
    }

    /// Sends a notice once; returns it with what came of that, or nil when the daemon ends before that is known.
    private func attempt(_ notice: Notice, _ cancellation: Cancellation) async -> Notice? {
        guard let answer = await send(notice, cancellation) else { return nil }
        let next = NoticeVerdict.after(
            answer, notice, at: Timestamp(milliseconds: WallClock.milliseconds()), random: Chance.fraction())
        if next.state == .failed {
            log.warning(
                "the notice of \(notice.environment) cannot be delivered: \(next.answer ?? "")",
                ("notification", subscriber.name))
        }
        return next
    }

    private func send(_ notice: Notice, _ cancellation: Cancellation) async -> NoticeAnswer? {
        let url: String
        var message = (headers: [HTTPHeader](), body: NoticeMessage.slack(notice))
        do throws(ConfigError) {
            url = try address()
            if let source = subscriber.secret {
                let now = Timestamp(milliseconds: WallClock.milliseconds())
                guard let signed = NoticeMessage.webhook(notice, secret: try source.load(), at: now) else {
                    return .impossible("its secret is no key: whsec_ and base64 are needed")
                }
                message = signed
            }
        } catch {
            // The file may be there again at the next attempt.
            return .unreachable("\(error)")
        }
        if let problem = Configuration.Subscriber.problem(with: url) { return .impossible(problem.message) }
        let allowsPrivate = subscriber.allowsPrivate
        let request = HTTPRequest(
            method: "POST", url: url,
            headers: message.headers + [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("User-Agent", "slipway"),
            ], body: .bytes(message.body), timeout: Self.patience, keepsConnection: false,
            admits: { allowsPrivate || $0.isPublic })
        return await perform(request, cancellation)
    }

    private func address() throws(ConfigError) -> String {
        switch subscriber.address {
        case .url(let url): url
        case .secret(let source): try source.load().withValue { $0 }
        }
    }

    /// That the receiver took it: nothing of what else it says is read.
    private struct Enough: Error {}

    private func perform(_ request: HTTPRequest, _ cancellation: Cancellation) async -> NoticeAnswer? {
        let head = Mutex<Int?>(nil)
        do throws(HTTPClientError) {
            let response = try await pool.run(
                onCancel: { cancellation.cancel() },
                { () throws(HTTPClientError) in
                    var session = try HTTPSession()
                    return try session.perform(
                        request, cancellation: cancellation, onHead: { status, _ in head.withLock { $0 = status } },
                        onChunk: { _ in throw Enough() })
                })
            let retry = response.header("Retry-After").flatMap { Int64($0) }.map { Duration.seconds(max(0, $0)) }
            return .status(response.status, retryAfter: retry)
        } catch {
            // Once its head was there the answer is known, however the rest ended.
            if let status = head.withLock({ $0 }) { return .status(status) }
            if error.isCancelled { return nil }
            if error.code == .refusedAddress {
                return .impossible("\(error.message): it is not on the public internet; allow_private: true allows it")
            }
            return .unreachable(error.message)
        }
    }
}
