import Foundation
package import Model
import Synchronization

/// A Git host's API on loopback: strict about every call, with memory, and able to misbehave on request.
///
/// Checks method, path, headers and body against what /rest documentation of the host says it accepts. A call that no
/// rule knows is answered 501 and kept in ``unknownCalls``, which tests expect to be empty.
package final class ScriptedHost: Sendable {
    /// The kind of host.
    package let kind: GitHostKind
    /// The token that it knows.
    package let token = "a token of the test"
    /// The one repository that it has.
    package let repository: String
    private let server: LoopbackServer
    private let shared = Mutex(Memory())

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
        var mischief: [(path: String, what: Mischief)] = []
    }

    /// A host that serves at once.
    package init(_ kind: GitHostKind, repository: String = "acme/shop") throws {
        self.kind = kind
        self.repository = repository
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

    /// Opens a pull request.
    package func open(
        _ number: Int, from branch: String, at commit: ObjectID, to base: String = "main", isFork: Bool = false,
        isDraft: Bool = false, labels: [String] = []
    ) {
        let value = pull(number, branch, commit, base, isFork, isDraft, labels)
        shared.withLock { $0.pulls.append(value) }
    }

    /// Closes a pull request; its head is where its branch was last.
    package func close(_ number: Int, at commit: ObjectID? = nil) {
        shared.withLock { memory in
            guard let place = memory.pulls.firstIndex(where: { $0[numberName] as? Int == number }) else { return }
            var pull = memory.pulls.remove(at: place)
            pull["state"] = kind == .bitbucket ? "MERGED" : "closed"
            if let commit, var head = pull["head"] as? [String: any Sendable] {
                head["sha"] = "\(commit)"
                pull["head"] = head
            } else if let commit, kind == .gitlab {
                pull["sha"] = "\(commit)"
            }
            memory.closed.append(pull)
        }
    }

    private var numberName: String { kind == .gitlab ? "iid" : kind == .bitbucket ? "id" : "number" }

    /// A pull request of that number, open or closed.
    private func described(_ number: Int) -> (Int, Any) {
        let found = shared.withLock { memory in
            (memory.pulls + memory.closed).first { $0[numberName] as? Int == number }
        }
        return found.map { (200, $0) } ?? (404, ["message": "Not Found"])
    }

    /// Somebody writes a comment; returns its number.
    @discardableResult
    package func comment(_ text: String, on number: Int) -> Int {
        shared.withLock { memory in
            memory.nextID += 1
            memory.comments[number, default: []].append((memory.nextID, text))
            return memory.nextID
        }
    }

    /// Somebody deletes every comment of a pull request.
    package func deleteComments(on number: Int) { shared.withLock { $0.comments[number] = [] } }

    /// Misbehaves at the next call whose path contains that text; several queue up.
    package func misbehave(at path: String, _ what: Mischief) { shared.withLock { $0.mischief.append((path, what)) } }

    // Answering

    private func take(_ request: LoopbackServer.Request) -> [UInt8] {
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts[0].hasPrefix(prefix) ? String(parts[0].dropFirst(prefix.count)) : "outside:" + parts[0]
        let call = Call(
            method: request.method, path: path, query: parts.count > 1 ? parts[1] : "",
            body: String(decoding: request.body, as: UTF8.self))
        let mischief = shared.withLock { memory -> Mischief? in
            memory.calls.append(call)
            guard let place = memory.mischief.firstIndex(where: { path.contains($0.path) }) else { return nil }
            return memory.mischief.remove(at: place).what
        }
        if case .answer(let status, let headers, let body)? = mischief {
            return LoopbackServer.answer(status, headers: headers, Array(body.utf8))
        }
        let (status, value) = answer(to: call, request.headers)
        var bytes = (try? JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed])) ?? Data()
        switch mischief {
        case .silent: return []
        case .truncated: bytes = bytes.prefix(max(1, bytes.count / 2))
        default: break
        }
        return LoopbackServer.answer(status, Array(bytes))
    }

    private func answer(to call: Call, _ headers: [String: String]) -> (Int, Any) {
        if let doubt = doubt(of: headers, hasBody: !call.body.isEmpty) { return doubt }
        let body = (try? JSONSerialization.jsonObject(with: Data(call.body.utf8))) as? [String: Any] ?? [:]
        let known: (Int, Any)? =
            switch kind {
            case .github: gitHub(call, body)
            case .gitea, .forgejo: gitea(call, body)
            case .gitlab: gitLab(call, body)
            case .bitbucket: bitbucket(call, body)
            }
        if let known { return known }
        shared.withLock { $0.unknown.append(call) }
        return (501, ["message": "the scripted host knows no such call: \(call)"])
    }

    /// What is wrong with the headers.
    private func doubt(of headers: [String: String], hasBody: Bool) -> (Int, Any)? {
        let expected =
            switch kind {
            case .github, .bitbucket: ("authorization", "Bearer \(token)")
            case .gitea, .forgejo: ("authorization", "token \(token)")
            case .gitlab: ("private-token", token)
            }
        guard headers[expected.0] == expected.1 else { return (401, ["message": "Bad credentials"]) }
        // docs.github.com: requests without a User-Agent are rejected.
        guard headers["user-agent"] != nil else { return (403, ["message": "no user agent"]) }
        if kind == .github, headers["x-github-api-version"] != "2022-11-28" {
            return (400, ["message": "no version"])
        }
        if hasBody, headers["content-type"] != "application/json" { return (415, ["message": "not JSON"]) }
        return nil
    }

    private func numbered(_ path: String, _ head: String, _ tail: String) -> Int? {
        guard path.hasPrefix(head), path.hasSuffix(tail) else { return nil }
        return Int(path.dropFirst(head.count).dropLast(tail.count))
    }

    private func isCommit(_ text: some StringProtocol) -> Bool {
        (text.count == 40 || text.count == 64) && text.allSatisfy(\.isHexDigit)
    }

    private func show(_ status: Shown) { shared.withLock { $0.shown.append(status) } }

    private func write(_ text: String, on number: Int) -> Int { comment(text, on: number) }

    /// Changes a comment; nil when there is none of that number.
    private func change(_ id: Int, to text: String) -> Bool {
        shared.withLock { memory in
            for (number, comments) in memory.comments {
                guard let place = comments.firstIndex(where: { $0.id == id }) else { continue }
                memory.comments[number]?[place].text = text
                return true
            }
            return false
        }
    }

    /// A page of a listing, as the query asks for it.
    private func page(_ all: [Any], _ query: String, size name: String) -> [Any] {
        let values = Dictionary(
            query.split(separator: "&").map { $0.split(separator: "=").map(String.init) }.map { ($0[0], $0[1]) },
            uniquingKeysWith: { first, _ in first })
        let size = values[name].flatMap { Int($0) } ?? 30
        let number = values["page"].flatMap { Int($0) } ?? 1
        return Array(all.dropFirst((number - 1) * size).prefix(size))
    }

    // The hosts

    private func gitHub(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        gitHubLike(call, body, states: ["error", "failure", "pending", "success"], pageSize: "per_page", limit: 140)
    }

    private func gitea(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        gitHubLike(
            call, body, states: ["pending", "success", "error", "failure", "warning"], pageSize: "limit", limit: 255)
    }

    private func gitHubLike(
        _ call: Call, _ body: [String: Any], states: Set<String>, pageSize: String, limit: Int
    ) -> (Int, Any)? {
        let root = "/repos/\(repository)"
        if call.method == "POST", call.path.hasPrefix(root + "/statuses/") {
            let commit = call.path.dropFirst(root.count + "/statuses/".count)
            guard isCommit(commit), let state = body["state"] as? String, states.contains(state),
                let context = body["context"] as? String,
                let description = body["description"] as? String, description.count <= limit,
                Set(body.keys).isSubset(of: ["state", "context", "description", "target_url"])
            else { return (422, ["message": "Validation Failed"]) }
            show(
                Shown(
                    commit: String(commit), context: context, state: state, description: description,
                    url: body["target_url"] as? String ?? ""))
            return (201, ["id": 1])
        }
        if call.method == "GET", call.path == root + "/pulls", call.query.contains("state=open") {
            return (200, page(shared.withLock { $0.pulls }, call.query, size: pageSize))
        }
        if call.method == "GET", let number = numbered(call.path, root + "/pulls/", "") { return described(number) }
        if let number = numbered(call.path, root + "/issues/", "/comments") {
            if call.method == "GET" {
                let all = shared.withLock { $0.comments[number, default: []] }.map { ["id": $0.id, "body": $0.text] }
                // Gitea's listing has no pages.
                return (200, kind == .github ? page(all, call.query, size: pageSize) : all)
            }
            guard call.method == "POST", let text = body["body"] as? String else { return nil }
            return (201, ["id": write(text, on: number), "body": text])
        }
        if call.method == "PATCH", let id = numbered(call.path, root + "/issues/comments/", ""),
            let text = body["body"] as? String
        {
            return change(id, to: text) ? (200, ["id": id, "body": text]) : (404, ["message": "Not Found"])
        }
        return nil
    }

    private func gitLab(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        let root = "/projects/" + repository.replacing("/", with: "%2F")
        if call.method == "POST", call.path.hasPrefix(root + "/statuses/") {
            let commit = String(call.path.dropFirst(root.count + "/statuses/".count))
            guard isCommit(commit), let state = body["state"] as? String,
                ["pending", "running", "success", "failed", "canceled", "skipped"].contains(state),
                let name = body["name"] as? String
            else { return (400, ["message": "400 Bad request"]) }
            let last = shared.withLock { $0.shown.last { $0.commit == commit && $0.context == name }?.state }
            // The state machine of GitLab's pipelines: the same state again, and an end before a run, are refused.
            if last == state { return (400, ["message": "Cannot transition status via :run from :\(state)"]) }
            if last == "pending", state == "success" || state == "failed" {
                return (400, ["message": "Cannot skip running"])
            }
            if last != nil, body["pipeline_id"] as? Int != 7 { return (400, ["message": "another pipeline"]) }
            show(
                Shown(
                    commit: commit, context: name, state: state, description: body["description"] as? String ?? "",
                    url: body["target_url"] as? String ?? ""))
            return (201, ["id": 1, "pipeline_id": 7])
        }
        if call.method == "GET", call.path == root + "/merge_requests", call.query.contains("state=opened") {
            return (200, page(shared.withLock { $0.pulls }, call.query, size: "per_page"))
        }
        if call.method == "GET", let number = numbered(call.path, root + "/merge_requests/", "") {
            return described(number)
        }
        if let number = numbered(call.path, root + "/merge_requests/", "/notes") {
            if call.method == "GET" {
                let all = shared.withLock { $0.comments[number, default: []] }.map { ["id": $0.id, "body": $0.text] }
                return (200, page(all, call.query, size: "per_page"))
            }
            guard call.method == "POST", let text = body["body"] as? String else { return nil }
            return (201, ["id": write(text, on: number), "body": text])
        }
        if call.method == "PUT", call.path.hasPrefix(root + "/merge_requests/"),
            let id = call.path.split(separator: "/").last.flatMap({ Int($0) }), let text = body["body"] as? String
        {
            return change(id, to: text) ? (200, ["id": id, "body": text]) : (404, ["message": "404 Not found"])
        }
        return nil
    }

    private func bitbucket(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        let root = "/repositories/\(repository)"
        if call.method == "POST", call.path.hasPrefix(root + "/commit/"), call.path.hasSuffix("/statuses/build") {
            let commit = call.path.dropFirst(root.count + "/commit/".count).dropLast("/statuses/build".count)
            guard isCommit(commit), let key = body["key"] as? String, key.utf8.count <= 40,
                let state = body["state"] as? String,
                ["INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"].contains(state), let url = body["url"] as? String,
                url.hasPrefix("http")
            else { return (400, ["error": ["message": "Bad request"]]) }
            show(
                Shown(
                    commit: String(commit), context: body["name"] as? String ?? key, state: state,
                    description: body["description"] as? String ?? "", url: url))
            return (201, ["key": key])
        }
        if call.method == "GET", call.path == root + "/pullrequests", call.query.contains("state=OPEN") {
            return (200, ["values": page(shared.withLock { $0.pulls }, call.query, size: "pagelen")])
        }
        if call.method == "GET", let number = numbered(call.path, root + "/pullrequests/", "") {
            return described(number)
        }
        if let number = numbered(call.path, root + "/pullrequests/", "/comments") {
            if call.method == "GET" {
                let all: [[String: Any]] = shared.withLock { $0.comments[number, default: []] }.map {
                    ["id": $0.id, "content": ["raw": $0.text]]
                }
                return (200, ["values": page(all, call.query, size: "pagelen")])
            }
            guard call.method == "POST", let text = (body["content"] as? [String: Any])?["raw"] as? String else {
                return nil
            }
            return (201, ["id": write(text, on: number), "content": ["raw": text]])
        }
        if call.method == "PUT", call.path.hasPrefix(root + "/pullrequests/"),
            let id = call.path.split(separator: "/").last.flatMap({ Int($0) }),
            let text = (body["content"] as? [String: Any])?["raw"] as? String
        {
            return change(id, to: text)
                ? (200, ["id": id, "content": ["raw": text]]) : (404, ["error": ["message": "Not found"]])
        }
        return nil
    }

    private func pull(
        _ number: Int, _ branch: String, _ commit: ObjectID, _ base: String, _ isFork: Bool, _ isDraft: Bool,
        _ labels: [String]
    ) -> [String: any Sendable] {
        switch kind {
        case .github, .gitea, .forgejo:
            let head: [String: any Sendable] = [
                "ref": branch, "sha": "\(commit)", "repo": ["id": isFork ? 2 : 1] as [String: any Sendable],
            ]
            let target: [String: any Sendable] = ["ref": base, "repo": ["id": 1] as [String: any Sendable]]
            return [
                "number": number, "title": "Change \(number)", "state": "open", "draft": isDraft,
                "user": ["login": "ada"] as [String: any Sendable], "head": head, "base": target,
                "labels": labels.map { ["name": $0] as [String: any Sendable] },
            ]
        case .gitlab:
            return [
                "iid": number, "title": "Change \(number)", "state": "opened", "draft": isDraft, "sha": "\(commit)",
                "author": ["username": "ada"] as [String: any Sendable], "source_branch": branch,
                "target_branch": base, "source_project_id": isFork ? 2 : 1, "target_project_id": 1, "labels": labels,
            ]
        case .bitbucket:
            func side(_ branch: String, _ name: String) -> [String: any Sendable] {
                [
                    "branch": ["name": branch] as [String: any Sendable],
                    "repository": ["full_name": name] as [String: any Sendable],
                    "commit": ["hash": String("\(commit)".prefix(12))] as [String: any Sendable],
                ]
            }
            return [
                "id": number, "title": "Change \(number)", "state": "OPEN", "draft": isDraft,
                "author": ["nickname": "ada"] as [String: any Sendable],
                "source": side(branch, isFork ? "somebody/shop" : repository), "destination": side(base, repository),
            ]
        }
    }
}
