import Synchronization

/// What Bitbucket accepts: developer.atlassian.com/cloud/bitbucket/rest.
extension ScriptedHost {
    func bitbucket(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
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
            return (200, ["values": page(shared.withLock { $0.pulls }.map(stamped), call.query, size: "pagelen")])
        }
        if call.method == "GET", let number = numbered(call.path, root + "/pullrequests/", "") {
            return described(number)
        }
        if let number = numbered(call.path, root + "/pullrequests/", "/comments") {
            if call.method == "GET" {
                let all = shared.withLock { $0.comments[number, default: []] }.map { listed($0.id, $0.text) }
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
}
