import Model

// docs.github.com/rest/deployments, version 2022-11-28.
extension GitHubAPI {
    private static let permission = "deployments: read and write"

    /// Whose deployment it is, in its payload: what finds it again when the records are lost.
    static func payload(of environment: EnvironmentID) -> String { "\(environment.project)/\(environment.name)" }

    /// The call that makes a deployment, without a state.
    static func creation(of deployment: HostDeployment, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/repos/\(repository.pathName)/deployments",
            body: .object([
                "ref": .text(deployment.commit.hex), "task": "deploy",
                // Not GitHub's gates but the daemon's: its own pending status would be in the way, and merging the
                // default branch into a commit would deploy another one.
                "auto_merge": false, "required_contexts": .list([]),
                "environment": .text(deployment.environment.name.rawValue),
                "description": .text(cut(deployment.summary)),
                "transient_environment": .flag(deployment.kind == .preview),
                "production_environment": .flag(deployment.kind == .production),
                "payload": .object(["slipway": .text(payload(of: deployment.environment))]),
            ]), purpose: "show a deployment", permission: permission)
    }

    /// The call that gives a deployment its state; nil where there is nothing to say.
    static func state(
        of deployment: HostDeployment, id: Int, before: HostDeployment.State?, in repository: HostRepository
    ) -> HostCall? {
        let state: String
        switch deployment.state {
        case .queued: state = "queued"
        case .running: state = "in_progress"
        case .success: state = "success"
        case .failure: state = "failure"
        case .cancelled, .replaced, .gone:
            // What never was live has ended already.
            if before == .failure || before?.isOver == true { return nil }
            state = "inactive"
        }
        return HostCall(
            "POST", "/repos/\(repository.pathName)/deployments/\(id)/statuses",
            body: .object([
                "state": .text(state), "description": .text(cut(deployment.summary)),
                "environment": .text(deployment.environment.name.rawValue),
                "environment_url": deployment.state == .success ? deployment.url.map { .text($0) } : nil,
                // It would pass over previews and production, so none is left to it.
                "auto_inactive": false,
            ]), purpose: "show the state of a deployment", permission: permission)
    }

    /// The call that lists deployments, newest first: of one commit in one environment, or all.
    static func deployments(
        like deployment: HostDeployment? = nil, page: Int = 1, in repository: HostRepository
    ) -> HostCall {
        let filter = deployment.map {
            [("sha", $0.commit.hex), ("environment", $0.environment.name.rawValue)]
        }
        return HostCall(
            "GET", "/repos/\(repository.pathName)/deployments",
            query: (filter ?? []) + [("per_page", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list deployments", permission: permission)
    }

    /// The call that reads a deployment's newest state.
    static func newestState(of id: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/deployments/\(id)/statuses", query: [("per_page", "1")],
            purpose: "read the state of a deployment", permission: permission)
    }

    /// A deployment of a listing that is one of ours, without its state; nil for others'.
    static func deployment(_ value: JSONValue, of project: ProjectName) -> ToldDeployment? {
        guard let id = value["id"]?.integer, let commit = value.objectID("sha"),
            let place = value["payload"]?["slipway"]?.string, place.hasPrefix("\(project)/"),
            let name = EnvironmentName(String(place.dropFirst("\(project)/".count)))
        else { return nil }
        let kind: EnvironmentKind =
            value["production_environment"]?.bool == true
            ? .production : value["transient_environment"]?.bool == true ? .preview : .staging
        return ToldDeployment(
            deployment: HostDeployment(
                environment: EnvironmentID(project: project, name: name), kind: kind, commit: commit, ref: nil,
                state: .queued, summary: value["description"]?.string ?? "", url: nil), id: id)
    }

    /// The state that a deployment's newest status says.
    static func state(_ statuses: JSONValue) -> HostDeployment.State? {
        guard statuses.isArray else { return nil }
        switch statuses.elements.first?["state"]?.string {
        case nil, "queued"?, "pending"?: return .queued
        case "in_progress"?: return .running
        case "success"?: return .success
        case "failure"?, "error"?: return .failure
        default: return .replaced
        }
    }

    /// A sentence that fits.
    private static func cut(_ text: String) -> String {
        text.count > summaryLimit ? text.prefix(summaryLimit - 1) + "…" : text
    }
}
