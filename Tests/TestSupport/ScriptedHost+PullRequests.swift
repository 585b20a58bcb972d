package import Model
import Synchronization

// What tests script about pull requests and their comments.
extension ScriptedHost {
    /// Opens a pull request, or describes the one of that number anew.
    package func open(
        _ number: Int, from branch: String, at commit: ObjectID, to base: String = "main", isFork: Bool = false,
        isDraft: Bool = false, labels: [String] = [], title: String? = nil
    ) {
        var value = pull(number, branch, commit, base, isFork, isDraft, labels)
        if let title { value["title"] = title }
        shared.withLock { memory in
            memory.pulls.removeAll { $0[numberName] as? Int == number }
            memory.pulls.append(value)
        }
        touch(number)
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

    var numberName: String { kind == .gitlab ? "iid" : kind == .bitbucket ? "id" : "number" }

    /// A pull request of that number, open or closed.
    func described(_ number: Int) -> (Int, Any) {
        let found = shared.withLock { memory in
            (memory.pulls + memory.closed).first { $0[numberName] as? Int == number }
        }
        return found.map { (200, stamped($0)) } ?? (404, ["message": "Not Found"])
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

    func pull(
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
