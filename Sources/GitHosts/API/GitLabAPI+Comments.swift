package import Model

/// docs.gitlab.com/api: "Notes API", "Members API" (all members, inherited ones too).
extension GitLabAPI: HostCommentAPI {
    package static var isNewestFirst: Bool { true }

    package static func version(of pullRequest: JSONValue) -> String? {
        guard let updated = pullRequest["updated_at"]?.string else { return nil }
        return "\(updated) \(pullRequest["user_notes_count"]?.integer ?? 0)"
    }

    package static func comments(
        on number: Int, since: Timestamp?, page: Int, in repository: HostRepository
    ) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/merge_requests/\(number)/notes",
            query: [
                ("order_by", "created_at"), ("sort", "desc"), ("per_page", "\(pageSize)"), ("page", "\(page)"),
            ], purpose: "read notes", permission: "scope read_api, role Reporter")
    }

    package static func spoken(_ value: JSONValue) -> SpokenComment? {
        guard let id = value["id"]?.integer, let text = value["body"]?.string, value["system"]?.bool != true,
            let account = value["author"]?["id"]?.integer, let name = value["author"]?["username"]?.string,
            let written = value["created_at"]?.string.flatMap(HostMoment.timestamp)
        else { return nil }
        guard isUnchanged(written, value["updated_at"]?.string) else { return nil }
        return SpokenComment(id: id, text: text, author: .init(id: "\(account)", name: name), writtenAt: written)
    }

    package static func permission(of author: SpokenComment.Author, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/members/all/\(HostCall.encoded(author.id))",
            purpose: "look up who may write", permission: "scope read_api, role Reporter")
    }

    /// Developers and those above: docs.gitlab.com, "Access levels".
    package static func mayWrite(_ answer: JSONValue) -> Bool {
        (answer["access_level"]?.integer ?? 0) >= 30 && (answer["state"]?.string ?? "active") == "active"
    }
}
