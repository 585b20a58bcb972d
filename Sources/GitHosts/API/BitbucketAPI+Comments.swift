package import Model

/// developer.atlassian.com: "List comments on a pull request", "List a repository permissions for a workspace", which
/// gives the highest permission that an account has, by groups too.
extension BitbucketAPI: HostCommentAPI {
    package static func version(of pullRequest: JSONValue) -> String? {
        guard let updated = pullRequest["updated_on"]?.string else { return nil }
        return "\(updated) \(pullRequest["comment_count"]?.integer ?? 0)"
    }

    package static func comments(
        on number: Int, since: Timestamp?, page: Int, in repository: HostRepository
    ) -> HostCall {
        HostCall(
            "GET", "/repositories/\(repository.pathName)/pullrequests/\(number)/comments",
            query: (since.map { [("q", "created_on>=\(HostMoment.text($0))")] } ?? [])
                + [("pagelen", "\(pageSize)"), ("page", "\(page)")],
            purpose: "read comments", permission: "pull requests: read")
    }

    package static func spoken(_ value: JSONValue) -> SpokenComment? {
        guard let id = value["id"]?.integer, let text = value["content"]?["raw"]?.string,
            value["deleted"]?.bool != true, value["inline"] == nil, let account = value["user"]?["uuid"]?.string,
            // It becomes part of a query: a UUID in braces, and nothing else.
            account.utf8.allSatisfy({ "{}-0123456789abcdefABCDEF".utf8.contains($0) }),
            let written = value["created_on"]?.string.flatMap(HostMoment.timestamp)
        else { return nil }
        guard isUnchanged(written, value["updated_on"]?.string) else { return nil }
        let name = value["user"]?["nickname"]?.string ?? value["user"]?["display_name"]?.string ?? account
        return SpokenComment(id: id, text: text, author: .init(id: account, name: name), writtenAt: written)
    }

    package static func permission(of author: SpokenComment.Author, in repository: HostRepository) -> HostCall {
        let parts = repository.fullName.split(separator: "/").map { HostCall.encoded(String($0)) }
        return HostCall(
            "GET", "/workspaces/\(parts.first ?? "")/permissions/repositories/\(parts.last ?? "")",
            query: [("q", "user.uuid=\"\(author.id)\"")], purpose: "look up who may write",
            permission: "repositories: admin")
    }

    package static func mayWrite(_ answer: JSONValue) -> Bool {
        let values = answer["values"]?.elements ?? []
        return values.count == 1 && ["admin", "write"].contains(values[0]["permission"]?.string)
    }
}
