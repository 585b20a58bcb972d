import Model

// docs.gitlab.com/api/deployments and /environments.
extension GitLabAPI {
    private static let permission = "scope api, role Developer"

    /// GitLab's word for a state. It takes no deployment that waits.
    static func word(_ state: HostDeployment.State) -> String {
        switch state {
        case .queued, .running: "running"
        case .success: "success"
        case .failure: "failed"
        case .cancelled, .replaced, .gone: "canceled"
        }
    }

    /// The call that makes a deployment.
    static func creation(of deployment: HostDeployment, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/projects/\(repository.encodedName)/deployments",
            body: .object([
                "environment": .text(deployment.environment.name.rawValue), "sha": .text(deployment.commit.hex),
                "ref": .text(deployment.ref?.short ?? deployment.commit.hex),
                "tag": .flag(deployment.ref?.isTag == true), "status": .text(word(deployment.state)),
            ]), purpose: "show a deployment", permission: permission)
    }

    /// The call that gives a deployment another state.
    static func state(_ state: HostDeployment.State, of id: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "PUT", "/projects/\(repository.encodedName)/deployments/\(id)",
            body: .object(["status": .text(word(state))]), purpose: "show the state of a deployment",
            permission: permission)
    }

    /// The call that reads one deployment.
    static func deployment(_ id: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/deployments/\(id)", purpose: "read a deployment",
            permission: "scope read_api, role Developer")
    }

    /// The call that lists an environment's deployments, newest first.
    static func deployments(of environment: EnvironmentName, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/deployments",
            query: [
                ("environment", environment.rawValue), ("order_by", "id"), ("sort", "desc"),
                ("per_page", "\(pageSize)"),
            ], purpose: "list deployments", permission: "scope read_api, role Developer")
    }

    /// The state that a deployment says; nil when it makes no sense.
    static func state(_ value: JSONValue) -> HostDeployment.State? {
        switch value["status"]?.string {
        case "created"?, "blocked"?: .queued
        case "running"?: .running
        case "success"?: .success
        case "failed"?: .failure
        case "canceled"?, "skipped"?: .cancelled
        default: nil
        }
    }

    // Environments

    /// The call that looks for an environment by its name.
    static func environment(_ name: EnvironmentName, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/environments", query: [("name", name.rawValue)],
            purpose: "read an environment", permission: "scope read_api, role Reporter")
    }

    /// The call that makes an environment, with its address where it has one.
    static func environment(of deployment: HostDeployment, in repository: HostRepository) -> HostCall {
        let tier =
            switch deployment.kind {
            case .production: "production"
            case .staging: "staging"
            case .development, .preview: "development"
            }
        return HostCall(
            "POST", "/projects/\(repository.encodedName)/environments",
            body: .object([
                "name": .text(deployment.environment.name.rawValue), "tier": .text(tier),
                "external_url": deployment.url.map { .text($0) },
            ]), purpose: "make an environment", permission: permission)
    }

    /// The call that gives an environment another address.
    static func address(_ url: String, ofEnvironment id: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "PUT", "/projects/\(repository.encodedName)/environments/\(id)",
            body: .object(["external_url": .text(url)]), purpose: "change an environment", permission: permission)
    }

    /// The call that says that an environment is gone.
    static func stop(environment id: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/projects/\(repository.encodedName)/environments/\(id)/stop", purpose: "stop an environment",
            permission: permission)
    }
}
