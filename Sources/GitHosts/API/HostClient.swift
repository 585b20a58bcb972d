import HTTPClient
package import Lifecycle
package import Model
import Synchronization

/// Calls the API of one repository's host: one call at a time, inside the host's limits.
///
/// The credential is read for every call, so that a rotated file works at the next one. Redirects are never
/// followed: a credential goes to the configured address only. A host that said "not before" is not asked before.
package final class HostClient: Sendable {
    /// The repository whose host is called.
    package let repository: HostRepository
    private let credential: @Sendable () throws(StageFailure) -> HostCredential
    private let pool: BlockingPool
    private let state = Mutex(State())

    private struct State {
        /// When the host may be asked again.
        var restsUntil: Deadline?
    }

    /// The bounds of what is taken from a host.
    enum Limit {
        /// How long a call may take.
        static let call = Duration.seconds(20)
        /// How many bytes an answer may have.
        static let answerBytes = 8 << 20
        /// How many pages of a listing are read.
        static let pages = 40
        /// The longest rest that a host can order.
        static let rest = Duration.seconds(3600)
    }

    /// A client that calls nobody yet.
    ///
    /// - Parameter pool: threads for calls, shared by all clients of the daemon.
    package init(
        repository: HostRepository, pool: BlockingPool,
        credential: @escaping @Sendable () throws(StageFailure) -> HostCredential
    ) {
        self.repository = repository
        self.pool = pool
        self.credential = credential
    }

    var api: any HostAPI.Type { repository.kind.api }

    /// Makes a commit show a status; returns what to remember of it.
    package func post(_ status: CommitStatus, before: ToldStatus?) async throws(StageFailure) -> ToldStatus {
        var mark = before?.mark
        for state in api.states(to: status.state, before: before?.status.state) {
            var step = status
            step.state = state
            let answer = try await perform(api.call(for: step, mark: mark, in: repository))
            if let found = answer.flatMap({ api.mark(in: $0.root) }) { mark = found }
        }
        return ToldStatus(status: status, mark: mark)
    }

    /// Every open pull request. A page that cannot be read fails it all: unknown is not empty.
    package func openPullRequests() async throws(StageFailure) -> [PullRequest] {
        try await pages { api.pullRequests(page: $0, in: repository) }.compactMap { api.pullRequest($0) }
    }

    /// One pull request as it is now; nil when there is none of that number.
    package func pullRequest(_ number: Int) async throws(StageFailure) -> PullRequest? {
        do throws(StageFailure) {
            return try await perform(api.pullRequest(number, in: repository)).flatMap { api.pullRequest($0.root) }
        } catch {
            if error.reason == .hostHasNot { return nil }
            throw error
        }
    }

    /// Writes the one comment of ours on a pull request: the one remembered, else the oldest with our mark in it.
    ///
    /// - Parameters:
    ///   - mark: what every text of ours begins with; invisible to readers.
    ///   - id: the comment as remembered; nil when it is not known.
    /// - Returns: the comment's number; nil when a person has deleted it, which is respected.
    package func write(
        _ text: String, mark: String, on number: Int, comment id: Int?
    ) async throws(StageFailure) -> Int? {
        var known = id
        if known == nil {
            let found = try await pages { api.comments(on: number, page: $0, in: repository) }
            known = found.compactMap { api.comment($0) }.filter { $0.text.contains(mark) }.map(\.id).min()
        }
        do throws(StageFailure) {
            let answer = try await perform(api.write(text, on: number, comment: known, in: repository))
            return known ?? answer.flatMap { api.comment($0.root)?.id }
        } catch {
            if known != nil, error.reason == .hostHasNot { return nil }
            throw error
        }
    }

    /// All entries of a listing, page by page.
    func pages(_ call: (Int) -> HostCall) async throws(StageFailure) -> [JSONValue] {
        var entries: [JSONValue] = []
        var first: HostCall?
        for page in 1...Limit.pages {
            let call = call(page)
            // A listing without pages is read once.
            if page > 1, call == first { return entries }
            if first == nil { first = call }
            let answer = try await perform(call)
            guard let answer, let values = api.page(answer.root) else {
                throw .hostAnswered(repository, call, "something that is no listing")
            }
            entries += values
            if values.count < api.pageSize { return entries }
        }
        throw .hostAnswered(repository, call(1), "more than \(Limit.pages) pages")
    }

    /// Sends one call and judges its answer; nil for an answer without a body.
    func perform(_ call: HostCall) async throws(StageFailure) -> JSONDocument? {
        if let rest = state.withLock({ $0.restsUntil }), !rest.hasPassed {
            throw .hostRests(repository, call, for: rest.remaining)
        }
        let headers = api.headers(try credential()).map { HTTPHeader($0.name, $0.value) }
        let response = try await send(call, headers: headers)
        if let rest = HostLimits.rest(after: response, now: WallClock.milliseconds() / 1000) {
            state.withLock { $0.restsUntil = .after(min(rest, Limit.rest)) }
        }
        let document = response.body.isEmpty ? nil : JSONDocument(response.body)
        if response.isSuccess || call.tolerated.contains(response.status) {
            if !response.body.isEmpty, document == nil {
                throw .hostAnswered(repository, call, "something that is not JSON, or a part of it")
            }
            return document
        }
        let message = Self.words(document?.root, response)
        if api.isMet(call, status: response.status, message: message) { return nil }
        throw .hostRefused(repository, call, response, message: message)
    }

    private func send(_ call: HostCall, headers: [HTTPHeader]) async throws(StageFailure) -> HTTPResponse {
        var headers = headers + [HTTPHeader("User-Agent", "slipway")]
        if call.body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        let request = HTTPRequest(
            method: call.method, url: repository.api + call.target, headers: headers,
            body: call.body.map { .bytes($0.bytes) } ?? .none, timeout: Limit.call, bodyLimit: Limit.answerBytes,
            keepsConnection: false)
        let cancellation = Cancellation()
        do throws(HTTPClientError) {
            return try await pool.run(
                onCancel: { cancellation.cancel() },
                { () throws(HTTPClientError) in
                    var session = try HTTPSession()
                    return try session.perform(request, cancellation: cancellation)
                })
        } catch {
            throw .hostUnreachable(repository, call, error)
        }
    }

    /// What a refusal says, cut and printable.
    private static func words(_ answer: JSONValue?, _ response: HTTPResponse) -> String {
        let text =
            answer?["message"]?.string ?? answer?["error"]?["message"]?.string ?? answer?["error"]?.string
            ?? String(decoding: response.body.prefix(wordLimit), as: UTF8.self)
        return printable(text.utf8.prefix(wordLimit))
    }

    private static let wordLimit = 300
}
