import Foundation
import Synchronization

/// What GitLab accepts: docs.gitlab.com/api.
extension ScriptedHost {
    func gitLab(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
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
        if call.method == "GET", let commit = commitOfStatuses(call.path, root),
            let name = arguments(call.query)["name"]?.removingPercentEncoding
        {
            let found = shared.withLock { $0.shown }.filter { $0.commit == commit && $0.context == name }.suffix(1)
            return (
                200, found.map { ["id": 1, "name": $0.context, "status": $0.state, "pipeline_id": 7] as [String: Any] }
            )
        }
        if call.method == "GET", call.path == root + "/merge_requests", call.query.contains("state=opened") {
            return (200, page(shared.withLock { $0.pulls }.map(stamped), call.query, size: "per_page"))
        }
        if call.method == "GET", let number = numbered(call.path, root + "/merge_requests/", "") {
            return described(number)
        }
        if let number = numbered(call.path, root + "/merge_requests/", "/notes") {
            if call.method == "GET" {
                let all = shared.withLock { $0.comments[number, default: []] }.map { listed($0.id, $0.text) }
                let ordered = call.query.contains("sort=desc") ? all.reversed() : all
                return (200, page(ordered, call.query, size: "per_page"))
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

    /// The commit whose statuses a path lists.
    private func commitOfStatuses(_ path: String, _ root: String) -> String? {
        let (head, tail) = (root + "/repository/commits/", "/statuses")
        guard path.hasPrefix(head), path.hasSuffix(tail) else { return nil }
        return String(path.dropFirst(head.count).dropLast(tail.count))
    }
}
