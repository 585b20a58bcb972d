/// The kinds of Git host that are spoken to beyond Git itself.
package enum GitHostKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// GitHub, github.com or Enterprise.
    case github
    /// GitLab, gitlab.com or one's own.
    case gitlab
    /// Gitea.
    case gitea
    /// Forgejo, codeberg.org for one.
    case forgejo
    /// Bitbucket Cloud.
    case bitbucket

    /// The kind of the well-known public hosts; nil for any other.
    package init?(hostName: String) {
        switch hostName.lowercased() {
        case "github.com", "ssh.github.com": self = .github
        case "gitlab.com": self = .gitlab
        case "gitea.com": self = .gitea
        case "codeberg.org": self = .forgejo
        case "bitbucket.org": self = .bitbucket
        default: return nil
        }
    }

    /// What people call it.
    package var title: String {
        switch self {
        case .github: "GitHub"
        case .gitlab: "GitLab"
        case .gitea: "Gitea"
        case .forgejo: "Forgejo"
        case .bitbucket: "Bitbucket"
        }
    }
}
