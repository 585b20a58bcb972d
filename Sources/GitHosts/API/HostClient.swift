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
    /// The limits that it keeps to.
    package let pace: HostPace
    private let credential: @Sendable () async throws(StageFailure) -> HostCredential
    private let renew: @Sendable (HostCredential) async -> Bool
    private let pool: BlockingPool
    private let state = Mutex(State())

    private struct State {
        /// The credential that the host did not know.
        var refused: HostCredential?
        /// Answers that the host can say are still true, by what was asked.
        var known: [String: KnownAnswer] = [:]
    }

    /// The bounds of what is taken from a host.
    enum Limit {
        /// How long a call may take.
        static let call = Duration.seconds(20)
        /// How many bytes an answer may have.
        static let answerBytes = 8 << 20
        /// How many pages of a listing are read.
        static let pages = 40
        /// How many answers are kept, to be asked after instead of for, and how large each may be.
        static let known = 64
        static let knownBytes = 1 << 20
    }

    /// A client that calls nobody yet.
    ///
    /// - Parameters:
    ///   - pool: threads for calls, shared by all clients of the daemon.
    ///   - pace: the limits of the account, shared by all that call with it.
    ///   - renew: told of a credential that the host does not know; whether there is another one to try at once.
    package init(
        repository: HostRepository, pool: BlockingPool, pace: HostPace = HostPace(nil),
        renew: @escaping @Sendable (HostCredential) async -> Bool = { _ in false },
        credential: @escaping @Sendable () async throws(StageFailure) -> HostCredential
    ) {
        self.repository = repository
        self.pool = pool
        self.pace = pace
        self.renew = renew
        self.credential = credential
    }

    /// Whether the credential is another one than the one that the host did not know.
    package func hasNewCredential() async -> Bool {
        guard let refused = state.withLock({ $0.refused }) else { return false }
        do throws(StageFailure) { return try await credential() != refused } catch { return false }
    }

    /// An answer that was kept with the word that the host tells it by.
    private struct KnownAnswer {
        let tag: String
        let response: HTTPResponse
    }

    var api: any HostAPI.Type { repository.kind.api }

    /// Makes a commit show a status; returns what to remember of it.
    package func post(_ status: CommitStatus, before: ToldStatus?) async throws(StageFailure) -> ToldStatus {
        var before = before
        // What the records do not know the host may show already: an answer may have been lost.
        if before == nil, let call = api.statuses(like: status, in: repository) {
            before = try await perform(call).flatMap { api.status(in: $0.root, like: status) }
        }
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
        try await listOpenPullRequests().requests
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
        try await listing(call).entries
    }

    /// All entries of a listing, page by page, and when the first was answered.
    ///
    /// - Parameters:
    ///   - isConditional: the host is asked whether a page has changed, where it was kept.
    ///   - limit: how many pages are read; fewer than the usual: the rest is not wanted.
    func listing(
        isConditional: Bool = false, atMost limit: Int = Limit.pages, _ call: (Int) -> HostCall
    ) async throws(StageFailure) -> (entries: [JSONValue], at: Timestamp?) {
        var entries: [JSONValue] = []
        var first: HostCall?
        var at: Timestamp?
        for page in 1...limit {
            let call = call(page)
            // A listing without pages is read once.
            if page > 1, call == first { return (entries, at) }
            let answer = try await exchange(call, isConditional: isConditional)
            if first == nil { (first, at) = (call, answer.at) }
            guard let root = answer.document?.root, let values = api.page(root) else {
                throw .hostAnswered(repository, call, "something that is no listing")
            }
            entries += values
            // A host may give fewer at once than it is asked for: where it says whether more follow, that counts.
            if !(answer.hasNext ?? (values.count >= api.pageSize)) { return (entries, at) }
        }
        if limit < Limit.pages { return (entries, at) }
        throw .hostAnswered(repository, call(1), "more than \(limit) pages")
    }

    /// What came of one call.
    struct HostAnswer {
        /// The body; nil for none.
        let document: JSONDocument?
        /// Whether a listing goes on; nil where the host does not say.
        let hasNext: Bool?
        /// When it was answered, by the host's clock.
        let at: Timestamp?
    }

    /// Sends one call and judges its answer; nil for an answer without a body.
    func perform(_ call: HostCall) async throws(StageFailure) -> JSONDocument? {
        try await exchange(call).document
    }

    /// Sends one call and judges its answer.
    func exchange(_ call: HostCall, isConditional: Bool = false) async throws(StageFailure) -> HostAnswer {
        let known = isConditional ? state.withLock { $0.known[call.target] } : nil
        let sent = try await converse(call, with: known.map { [HTTPHeader("If-None-Match", $0.tag)] } ?? [])
        // RFC 9110, 15.4.5: what was kept is still true.
        let response = sent.status == 304 ? known?.response ?? sent : sent
        let document = response.body.isEmpty ? nil : JSONDocument(response.body)
        if response.isSuccess || call.tolerated.contains(response.status) {
            if !response.body.isEmpty, document == nil {
                throw .hostAnswered(repository, call, "something that is not JSON, or a part of it")
            }
            if isConditional, sent.status == 200 { keep(sent, for: call) }
            return HostAnswer(
                document: document, hasNext: Self.hasNext(response, document?.root),
                at: sent.header("Date").flatMap(HostMoment.httpDate))
        }
        let message = Self.words(document?.root, response)
        if api.isMet(call, status: response.status, message: message) {
            return HostAnswer(document: nil, hasNext: nil, at: nil)
        }
        throw .hostRefused(repository, call, response, message: message)
    }

    /// Sends one call in its turn and returns the answer, whatever it is.
    func converse(_ call: HostCall, with more: [HTTPHeader] = []) async throws(StageFailure) -> HTTPResponse {
        if let rest = pace.rest { throw .hostRests(repository, call, for: rest) }
        if call.method != "GET", let turn = pace.reserve(), !turn.hasPassed {
            do { try await SteadyClock.sleep(for: turn.remaining) } catch { throw .cancelled }
        }
        var (response, used) = try await sendWithCredential(call, more)
        if response.status == 401, await renew(used) { (response, used) = try await sendWithCredential(call, more) }
        state.withLock { $0.refused = response.status == 401 ? used : nil }
        let message = response.isSuccess ? "" : Self.words(JSONDocument(response.body)?.root, response)
        switch HostLimits.rest(after: response, message: message, now: WallClock.milliseconds() / 1000) {
        case .none: if response.isSuccess { pace.succeeded() }
        case .ordered(let rest): pace.rest(for: rest)
        case .unsaid: pace.rest(for: nil)
        }
        return response
    }

    private func sendWithCredential(
        _ call: HostCall, _ more: [HTTPHeader]
    ) async throws(StageFailure) -> (HTTPResponse, HostCredential) {
        let credential = try await credential()
        let headers = api.headers(credential).map { HTTPHeader($0.name, $0.value) }
        return (try await send(call, headers: headers + more), credential)
    }

    private func keep(_ response: HTTPResponse, for call: HostCall) {
        state.withLock { state in
            guard let tag = response.header("ETag"), tag.utf8.count <= 256, response.body.count <= Limit.knownBytes
            else {
                state.known[call.target] = nil
                return
            }
            if state.known[call.target] == nil, state.known.count >= Limit.known { state.known.removeAll() }
            state.known[call.target] = KnownAnswer(tag: tag, response: response)
        }
    }

    /// Whether more pages follow; nil where the host does not say. Only the word is taken: an address that a host gives
    /// is never called.
    private static func hasNext(_ response: HTTPResponse, _ answer: JSONValue?) -> Bool? {
        if let link = response.header("Link") { return link.contains("rel=\"next\"") }
        // Bitbucket says so in the body.
        if answer?["values"]?.isArray == true, answer?["pagelen"] != nil { return answer?["next"]?.string != nil }
        return nil
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
    static func words(_ answer: JSONValue?, _ response: HTTPResponse) -> String {
        let text =
            answer?["message"]?.string ?? answer?["error"]?["message"]?.string ?? answer?["error"]?.string
            ?? String(decoding: response.body.prefix(wordLimit), as: UTF8.self)
        return printable(text.utf8.prefix(wordLimit))
    }

    private static let wordLimit = 300
}
