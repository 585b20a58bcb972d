import Foundation
import Model
import Synchronization

/// Who comments on pull requests of a scripted host, and who may write to its repository.
extension ScriptedHost {
    /// What is known of a comment beside its text.
    struct Remark: Sendable {
        let author: String
        let writtenAt: Date
        var changedAt: Date
    }

    /// What people do.
    struct People: Sendable {
        /// What accounts may do, in the host's word: `write`, or GitLab's level.
        var permissions: [String: String] = ["ada": "write"]
        var remarks: [Int: Remark] = [:]
        /// Counts what happens to each pull request.
        var touched: [Int: Int] = [:]
        /// How many entries a page has at most, whatever is asked for.
        var largestPage = Int.max
        /// How often a page was said not to have changed.
        var unchanged = 0
        /// Whether every answer has the time of the host's clock.
        var hasClock = true
    }

    /// How often a listing was answered with nothing but that it has not changed.
    package var unchangedAnswers: Int { people.withLock { $0.unchanged } }

    /// Has the host give pages of this many entries, whatever it is asked for.
    package func givePages(of count: Int) { people.withLock { $0.largestPage = count } }

    /// Says what an account may do: `none`, `read`, `write`, `admin`.
    package func permit(_ account: String, _ permission: String) {
        people.withLock { $0.permissions[account] = permission }
    }

    /// Somebody writes a comment, some time from now by the host's clock; returns its number.
    @discardableResult
    package func say(_ text: String, on number: Int, by author: String = "ada", after pause: Double = 2) -> Int {
        let id = comment(text, on: number)
        let moment = Date().addingTimeInterval(pause)
        people.withLock { people in
            people.remarks[id] = Remark(author: author, writtenAt: moment, changedAt: moment)
        }
        touch(number)
        return id
    }

    /// Somebody changes the text of a comment.
    package func edit(_ id: Int, to text: String, on number: Int) {
        _ = change(id, to: text)
        people.withLock { $0.remarks[id]?.changedAt = Date().addingTimeInterval(60) }
        touch(number)
    }

    /// Something happened to a pull request.
    func touch(_ number: Int) { people.withLock { $0.touched[number, default: 0] += 1 } }

    /// A pull request with the moment of its last change, as this host has it.
    func stamped(_ pull: [String: any Sendable]) -> [String: any Sendable] {
        guard let number = pull[numberName] as? Int else { return pull }
        let count = people.withLock { $0.touched[number, default: 0] }
        var result = pull
        result[kind == .bitbucket ? "updated_on" : "updated_at"] = Self.text(
            Date(timeIntervalSince1970: 1_700_000_000 + Double(count)))
        return result
    }

    /// A comment as this host lists it.
    func listed(_ id: Int, _ text: String) -> [String: Any] {
        let remark = people.withLock { $0.remarks[id] } ?? Remark(author: "slipway", writtenAt: .now, changedAt: .now)
        let (written, changed) = (Self.text(remark.writtenAt), Self.text(remark.changedAt))
        let account = Self.number(of: remark.author)
        switch kind {
        case .github, .gitea, .forgejo:
            return [
                "id": id, "body": text, "user": ["login": remark.author], "created_at": written, "updated_at": changed,
            ]
        case .gitlab:
            return [
                "id": id, "body": text, "author": ["id": account, "username": remark.author], "created_at": written,
                "updated_at": changed, "system": false,
            ]
        case .bitbucket:
            return [
                "id": id, "content": ["raw": text], "created_on": written, "updated_on": changed,
                "user": ["uuid": "{\(account)}", "nickname": remark.author],
            ]
        }
    }

    /// The answer to a question about who may write; nil for any other call.
    func permission(_ call: Call) -> (Int, Any)? {
        guard call.method == "GET" else { return nil }
        let known = people.withLock { $0.permissions }
        switch kind {
        case .github, .gitea, .forgejo:
            let root = "/repos/\(repository)/collaborators/"
            guard call.path.hasPrefix(root), call.path.hasSuffix("/permission") else { return nil }
            let account = String(call.path.dropFirst(root.count).dropLast("/permission".count))
            guard let permission = known[account] else { return (404, ["message": "Not Found"]) }
            return (200, ["permission": permission, "user": ["login": account]])
        case .gitlab:
            let root = "/projects/\(repository.replacing("/", with: "%2F"))/members/all/"
            guard call.path.hasPrefix(root) else { return nil }
            let account = known.first { "\(Self.number(of: $0.key))" == call.path.dropFirst(root.count) }
            guard let account else { return (404, ["message": "404 Not found"]) }
            let levels = ["read": 20, "write": 30, "admin": 40]
            return (200, ["id": Self.number(of: account.key), "access_level": levels[account.value] ?? 10])
        case .bitbucket:
            let parts = repository.split(separator: "/")
            guard call.path == "/workspaces/\(parts[0])/permissions/repositories/\(parts[1])" else { return nil }
            let account = known.first { call.query == "q=user.uuid%3D%22%7B\(Self.number(of: $0.key))%7D%22" }
            return (200, ["pagelen": 10, "values": account.map { [["permission": $0.value]] } ?? []])
        }
    }

    /// A number for an account, the same in every run.
    private static func number(of account: String) -> Int { account.utf8.reduce(7) { $0 * 31 + Int($1) } % 100_000 }

    /// RFC 3339, to the second.
    static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    static func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }

    /// The headers of an answer, and what is left of its body where the client has it already.
    func finished(
        _ status: Int, _ body: [UInt8], to call: Call, ifNoneMatch tag: String?, hasNext: Bool?
    ) -> [UInt8] {
        var headers = shared.withLock { $0.headers }
        if people.withLock({ $0.hasClock }) {
            headers["Date"] = Self.httpDate(.now.addingTimeInterval(Double(shared.withLock { $0.clockOffset })))
        }
        if let hasNext, kind != .bitbucket {
            headers["Link"] = hasNext ? "<https://evil.example.com/next>; rel=\"next\"" : "<https://x/1>; rel=\"first\""
        }
        guard call.method == "GET", status == 200 else { return LoopbackServer.answer(status, headers: headers, body) }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in body { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        headers["ETag"] = "\"\(hash)\""
        if tag == headers["ETag"] {
            people.withLock { $0.unchanged += 1 }
            return LoopbackServer.answer(304, headers: headers, [])
        }
        return LoopbackServer.answer(status, headers: headers, body)
    }
}
