import Foundation
package import Model
import Synchronization

/// A Git host's API on loopback: strict about every call, with memory, and able to misbehave on request.
///
/// Checks method, path, headers and body against what the documentation of the host's API says it accepts. A call that no
/// rule knows is answered 501 and kept in ``unknownCalls``, which tests expect to be empty.
package final class ScriptedHost: Sendable {
    /// The kind of host.
    package let kind: GitHostKind
    /// The token that it knows.
    package let token = "a token of the test"
    /// The one repository that it has.
    package let repository: String
    /// Its webhooks.
    package let hooks: ScriptedHooks
    private let server: LoopbackServer
    let shared = Mutex(Memory())
    let people = Mutex(People())

    /// One call, as it arrived.
    package struct Call: Sendable, Hashable, CustomStringConvertible {
        /// `POST`
        package let method: String
        /// The path below the API's prefix, still encoded.
        package let path: String
        /// The query.
        package let query: String
        /// The body's text.
        package let body: String

        package var description: String { "\(method) \(path)\(query.isEmpty ? "" : "?\(query)") \(body)" }
    }

    /// When a call arrived.
    package struct Arrival: Sendable {
        /// `POST`
        package let method: String
        /// When.
        package let at: ContinuousClock.Instant
    }

    /// One status of one commit.
    package struct Shown: Sendable, Hashable {
        /// The commit, as it was named.
        package let commit: String
        /// The context: what the host tells statuses of a commit apart by.
        package let context: String
        /// The state, in the host's word.
        package let state: String
        /// The sentence.
        package let description: String
        /// The address.
        package let url: String
    }

    /// A way to misbehave.
    package enum Mischief: Sendable {
        /// Answers with this instead of doing what is asked.
        case answer(status: Int, headers: [String: String] = [:], body: String = "{}")
        /// Does what is asked, and answers half of it.
        case truncated
        /// Does what is asked, and never says so.
        case silent
        /// Does what is asked, and takes that long to say so.
        case slow(Duration)
        /// Answers an empty list instead of doing what is asked.
        case empty
    }

    /// Everything it was told.
    struct Memory {
        var calls: [Call] = []
        var unknown: [Call] = []
        var shown: [Shown] = []
        var pulls: [[String: any Sendable]] = []
        var closed: [[String: any Sendable]] = []
        var comments: [Int: [(id: Int, text: String)]] = [:]
        var nextID = 100
        var headers: [String: String] = [:]
        var deployments: [Deployment] = []
        var environments: [Environment] = []
        var arrivals: [Arrival] = []
        var app: App?
        var appTokens: [String] = []
        var validTokens: Set<String> = []
        var clockOffset = 0
        var onAppToken: (@Sendable (String) -> Void)?
        var scopes = ["api"]
        var accessLevel = 40
        var mischief: [(path: String, what: Mischief)] = []
        /// Whether the page at hand has one behind it, where it was made smaller than asked for.
        var hasNext: Bool?
    }

    /// A host that serves at once.
    package init(_ kind: GitHostKind, repository: String = "acme/shop") throws {
        self.kind = kind
        self.repository = repository
        hooks = ScriptedHooks(kind)
        let box = Box()
        server = try LoopbackServer { request in box.owner.withLock { $0?.owner }?.take(request) ?? [] }
        box.owner.withLock { $0 = Weak(owner: self) }
    }

    private final class Box: Sendable {
        let owner = Mutex<Weak?>(nil)
    }

    private struct Weak: Sendable { weak let owner: ScriptedHost? }

    deinit { server.stop() }

    /// Where its API is.
    package var api: String { "http://127.0.0.1:\(server.port)\(prefix)" }

    private var prefix: String {
        switch kind {
        case .github: "/api/v3"
        case .gitlab: "/api/v4"
        case .gitea, .forgejo: "/api/v1"
        case .bitbucket: "/2.0"
        }
    }

    // What tests look at

    /// Every call, in order.
    package var calls: [Call] { shared.withLock { $0.calls } }
    /// When the calls arrived, in order.
    package var arrivals: [Arrival] { shared.withLock { $0.arrivals } }
    /// The calls that no rule knows.
    package var unknownCalls: [Call] { shared.withLock { $0.unknown } }
    /// The newest status of every commit and context.
    package var statuses: [Shown] {
        shared.withLock { memory in
            var newest: [String: Shown] = [:]
            for status in memory.shown { newest["\(status.commit) \(status.context)"] = status }
            return newest.values.sorted { ($0.context, $0.commit) < ($1.context, $1.commit) }
        }
    }
    /// Every status in the order told.
    package var history: [Shown] { shared.withLock { $0.shown } }
    /// The texts of the comments on a pull request.
    package func comments(on number: Int) -> [String] {
        shared.withLock { $0.comments[number, default: []].map(\.text) }
    }

    // What tests script

    /// Misbehaves at the next call whose path contains that text; several queue up.
    package func misbehave(at path: String, _ what: Mischief) { shared.withLock { $0.mischief.append((path, what)) } }

    /// Sends these headers with every answer from now on, such as what the credential is allowed.
    package func say(_ headers: [String: String]) { shared.withLock { $0.headers = headers } }

    // Answering

    private func take(_ request: LoopbackServer.Request) -> [UInt8] {
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts[0].hasPrefix(prefix) ? String(parts[0].dropFirst(prefix.count)) : "outside:" + parts[0]
        let call = Call(
            method: request.method, path: path, query: parts.count > 1 ? parts[1] : "",
            body: String(decoding: request.body, as: UTF8.self))
        let mischief = shared.withLock { memory -> Mischief? in
            memory.calls.append(call)
            memory.arrivals.append(Arrival(method: call.method, at: .now))
            if let mischief = hooks.mischief(at: call) { return mischief }
            guard let place = memory.mischief.firstIndex(where: { path.contains($0.path) }) else { return nil }
            return memory.mischief.remove(at: place).what
        }
        switch mischief {
        case .answer(let status, let headers, let body):
            return LoopbackServer.answer(status, headers: headers, Array(body.utf8))
        case .empty:
            return LoopbackServer.answer(200, Array((kind == .bitbucket ? #"{"values":[]}"# : "[]").utf8))
        default: break
        }
        let (status, value) = answer(to: call, request.headers)
        let hasNext = shared.withLock { memory in
            defer { memory.hasNext = nil }
            return memory.hasNext
        }
        var bytes =
            (try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])) ?? Data()
        switch mischief {
        case .silent: return []
        case .slow(let time): usleep(UInt32(time / .microseconds(1)))
        case .truncated: bytes = bytes.prefix(max(1, bytes.count / 2))
        default: break
        }
        return finished(
            status, Array(bytes), to: call, ifNoneMatch: request.headers["if-none-match"], hasNext: hasNext)
    }

    /// The rules that a call is tried against, one for each topic: nil where it is about something else.
    private var rules: [(Call, [String: Any]) -> (Int, Any)?] {
        switch kind {
        case .github:
            [
                gitHub, gitHubDeployments, gitHubApp, rights,
            ]
        case .gitea, .forgejo:
            [
                gitea, rights,
            ]
        case .gitlab:
            [
                gitLab, gitLabDeployments, rights,
            ]
        case .bitbucket:
            [
                bitbucket, rights,
            ]
        }
    }

    private func answer(to call: Call, _ headers: [String: String]) -> (Int, Any) {
        if let doubt = doubt(of: headers, for: call) { return doubt }
        if let answer = permission(call) { return answer }
        let body = (try? JSONSerialization.jsonObject(with: Data(call.body.utf8))) as? [String: Any] ?? [:]
        if let known = hooks.answer(to: call, body, root: root) { return known }
        for rule in rules {
            if let known = rule(call, body) { return known }
        }
        shared.withLock { $0.unknown.append(call) }
        return (501, ["message": "the scripted host knows no such call: \(call)"])
    }

    /// Where the repository is below the API's address.
    private var root: String {
        switch kind {
        case .github, .gitea, .forgejo: "/repos/\(repository)"
        case .gitlab: "/projects/" + repository.replacing("/", with: "%2F")
        case .bitbucket: "/repositories/\(repository)"
        }
    }

    /// What is wrong with the headers.
    private func doubt(of headers: [String: String], for call: Call) -> (Int, Any)? {
        let hasBody = !call.body.isEmpty
        let expected =
            switch kind {
            case .github, .bitbucket: ("authorization", "Bearer \(token)")
            case .gitea, .forgejo: ("authorization", "token \(token)")
            case .gitlab: ("private-token", token)
            }
        if kind == .github, isApp(call.path) {
            if let doubt = doubt(ofAssertion: headers["authorization"]) { return doubt }
        } else {
            let shown = headers[expected.0]
            let isValid = shared.withLock { $0.validTokens.contains { "Bearer \($0)" == shown } }
            guard shown == expected.1 || isValid else { return (401, ["message": "Bad credentials"]) }
        }
        // docs.github.com: requests without a User-Agent are rejected.
        guard headers["user-agent"] != nil else { return (403, ["message": "no user agent"]) }
        if kind == .github, headers["x-github-api-version"] != "2022-11-28" {
            return (400, ["message": "no version"])
        }
        if hasBody, headers["content-type"] != "application/json" { return (415, ["message": "not JSON"]) }
        return nil
    }
}
