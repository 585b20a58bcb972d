import Config
import Daemon
import GitHosts
import Model

/// What a project's credential may at its Git host, as findings: pure but for the asking.
struct HostCheck: Sendable {
    let project: Configuration.Project
    let accounts: Accounts

    /// The findings about one project's host.
    func findings() async -> [Finding] {
        let subject = "project \(project.name)"
        guard let kind = project.host else { return [] }
        do throws(StageFailure) {
            // Where there is no host or no credential for it, HostAbsence says so.
            guard let rights = try await accounts.rights(of: project) else { return [] }
            return Self.findings(rights, of: project, at: kind)
        } catch {
            return [.failed(subject, error.message, error.hint)]
        }
    }

    /// The findings that follow from what a host says.
    static func findings(
        _ rights: HostRights, of project: Configuration.Project, at kind: GitHostKind
    ) -> [Finding] {
        let subject = "project \(project.name)"
        var allowed: [String] = []
        var others: [Finding] = []
        for duty in HostDuty.allCases where isWanted(duty, project) {
            switch rights[duty] {
            case .allowed?: allowed.append(duty.words)
            case .missing(let permission)?:
                others.append(
                    .warning(
                        subject, "the credential may not \(duty.words) at \(kind.title): \(duty.loss)",
                        "give it: \(permission)"))
            case .unknown(let why)?:
                others.append(.ok(subject, "whether the credential may \(duty.words) is not known: \(why)"))
            case nil: break
            }
        }
        if allowed.isEmpty { return others }
        return [.ok(subject, "at \(kind.title) the credential may \(allowed.joined(separator: ", "))")] + others
    }

    private static func isWanted(_ duty: HostDuty, _ project: Configuration.Project) -> Bool {
        switch duty {
        case .pullRequests: true
        case .statuses, .comments: project.api.reports
        case .deployments: project.api.reports && project.api.deployments
        }
    }
}
