import Model

// The API describes pull requests and comments as the webhooks do, on GitHub, Gitea and Forgejo alike.
extension PullRequestPayload {
    /// A pull request of a listing.
    static func pullRequest(_ value: JSONValue) -> PullRequest? {
        guard let number = value["number"]?.integer, let head = value["head"]?["ref"]?.string,
            let base = value["base"]?["ref"]?.string
        else { return nil }
        let (source, target) = (value["head"]?["repo"]?["id"]?.integer, value["base"]?["repo"]?["id"]?.integer)
        return PullRequest(
            number: number, title: value["title"]?.string ?? "", author: value["user"]?["login"]?.string ?? "",
            head: .branch(head), commit: value["head"]?.objectID("sha"), base: .branch(base),
            isFork: source == nil || source != target, isDraft: value["draft"]?.bool ?? false,
            labels: value["labels"]?.elements.compactMap { $0["name"]?.string } ?? [],
            isOpen: value["state"]?.string == "open")
    }

    /// A comment of a listing.
    static func hostComment(_ value: JSONValue) -> HostComment? {
        value["id"]?.integer.map { HostComment(id: $0, text: value["body"]?.string ?? "") }
    }
}
