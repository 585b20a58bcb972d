package import Config
import GitHosts
import Model

/// Why a project's Git host cannot be asked, and what does not work then: for the doctor.
package enum HostAbsence {
    /// What is missing, and what to do; nil where the host can be asked.
    package static func finding(for project: Configuration.Project) -> (what: String, remedy: String)? {
        guard let kind = project.host else {
            return (
                "nothing says what kind of Git host it is on: \(limits(nil))",
                "set projects[].host, and projects[].api with a token"
            )
        }
        switch (project.api.token, project.credential) {
        case (nil, .none), (nil, .sshKey):
            return ("no token for the API of \(kind.title): \(limits(kind))", "set projects[].api.token")
        default:
            break
        }
        guard HostRepository(kind: kind, remote: project.repository, api: project.api.url) == nil else { return nil }
        return (
            "the URL of its repository is none that \(kind.title)'s API knows: \(limits(kind))",
            "name the repository by its https:// or ssh:// address, or set projects[].api.url"
        )
    }

    private static func limits(_ kind: GitHostKind?) -> String {
        let heads =
            kind == .bitbucket
            ? "pull requests are not seen at all"
            : "pull requests are seen by their refs alone, that they were closed only when the ref goes, and"
                + " environments.preview.drafts, labels and titles do not apply"
        return "pushes, previews of branches, staging and production work; \(heads); comments are not read, and nothing"
            + " is told beside commits and pull requests"
    }
}
