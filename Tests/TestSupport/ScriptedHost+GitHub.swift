import Model
import Synchronization

/// What GitHub, Gitea and Forgejo accept: docs.github.com/rest, and the server's own /swagger.v1.json.
extension ScriptedHost {
    func gitHub(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        gitHubLike(call, body, states: ["error", "failure", "pending", "success"], pageSize: "per_page", limit: 140)
    }

    func gitea(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        gitHubLike(
            call, body, states: ["pending", "success", "error", "failure", "warning"], pageSize: "limit", limit: 255)
    }

    func gitHubLike(
        _ call: Call, _ body: [String: Any], states: Set<String>, pageSize: String, limit: Int
    ) -> (Int, Any)? {
        let root = "/repos/\(repository)"
        if call.method == "POST", call.path.hasPrefix(root + "/statuses/") {
            let commit = call.path.dropFirst(root.count + "/statuses/".count)
            guard isCommit(commit), isThere(commit), let state = body["state"] as? String, states.contains(state),
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
            return (200, page(shared.withLock { $0.pulls }.map(stamped), call.query, size: pageSize))
        }
        if call.method == "GET", let number = numbered(call.path, root + "/pulls/", "") { return described(number) }
        if let number = numbered(call.path, root + "/issues/", "/comments") {
            if call.method == "GET" {
                let all = shared.withLock { $0.comments[number, default: []] }.map { listed($0.id, $0.text) }
                // Gitea's listing has no pages.
                return (200, kind == .github ? page(all, call.query, size: pageSize) : all)
            }
            guard call.method == "POST", let text = body["body"] as? String else { return nil }
            guard !text.isEmpty else { return (422, ["message": "Body cannot be blank"]) }
            return (201, ["id": write(text, on: number), "body": text])
        }
        if call.method == "PATCH", let id = numbered(call.path, root + "/issues/comments/", ""),
            let text = body["body"] as? String
        {
            return change(id, to: text) ? (200, ["id": id, "body": text]) : (404, ["message": "Not Found"])
        }
        return nil
    }
}
