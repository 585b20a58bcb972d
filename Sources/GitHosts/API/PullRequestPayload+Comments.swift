import Model

// GitHub, Gitea and Forgejo describe comments alike.
extension PullRequestPayload {
    /// A comment that a person wrote and nobody changed.
    static func spoken(_ value: JSONValue) -> SpokenComment? {
        guard let id = value["id"]?.integer, let text = value["body"]?.string,
            let login = value["user"]?["login"]?.string, !login.isEmpty,
            let written = value["created_at"]?.string.flatMap(HostMoment.timestamp)
        else { return nil }
        guard GitHubAPI.isUnchanged(written, value["updated_at"]?.string) else { return nil }
        return SpokenComment(id: id, text: text, author: .init(id: login, name: login), writtenAt: written)
    }
}
