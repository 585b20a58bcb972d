import Synchronization

/// What GitHub and GitLab accept about deployments: docs.github.com/rest/deployments, docs.gitlab.com/api/deployments
/// and /environments.
extension ScriptedHost {
    /// One deployment as the host has it.
    package struct Deployment: Sendable, Hashable {
        /// The host's number.
        package let id: Int
        /// The commit.
        package let commit: String
        /// The environment's name.
        package let environment: String
        /// GitHub's `payload.slipway`.
        package let payload: String
        /// GitHub's flags.
        package let isTransient: Bool
        /// GitHub's flags.
        package let isProduction: Bool
        /// Its states in the order told, in the host's words.
        package var states: [String]
        /// The address that was told last.
        package var url: String?

        /// The state it has.
        package var state: String? { states.last }
    }

    /// One of GitLab's environments.
    package struct Environment: Sendable, Hashable {
        /// The host's number.
        package let id: Int
        /// Its name.
        package let name: String
        /// Its address.
        package var url: String?
        /// `available` or `stopped`.
        package var state: String
    }

    /// Every deployment, oldest first.
    package var deployments: [Deployment] { shared.withLock { $0.deployments } }
    /// Every environment of GitLab, oldest first.
    package var environments: [Environment] { shared.withLock { $0.environments } }

    /// Somebody else's program makes a deployment on GitHub.
    package func deployElsewhere(_ commit: String, to environment: String, payload: String = "", state: String) {
        shared.withLock { memory in
            memory.nextID += 1
            memory.deployments.append(
                Deployment(
                    id: memory.nextID, commit: commit, environment: environment, payload: payload, isTransient: false,
                    isProduction: false, states: [state], url: nil))
        }
    }

    // GitHub

    func gitHubDeployments(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        let root = "/repos/\(repository)/deployments"
        guard call.path.hasPrefix(root) else { return nil }
        if call.path == root, call.method == "GET" {
            let wanted = arguments(call.query)
            let found = shared.withLock { $0.deployments }.reversed().filter { deployment in
                (wanted["sha"] ?? deployment.commit) == deployment.commit
                    && (wanted["environment"] ?? deployment.environment) == deployment.environment
            }
            return (200, page(found.map(gitHubDescription), call.query, size: "per_page"))
        }
        if call.path == root, call.method == "POST" {
            // The whole body: what is left out has a default that is wrong for us.
            let names: Set = [
                "ref", "task", "auto_merge", "required_contexts", "environment", "description",
                "transient_environment", "production_environment", "payload",
            ]
            guard Set(body.keys) == names, let commit = body["ref"] as? String, isCommit(commit), isThere(commit),
                body["auto_merge"] as? Bool == false, (body["required_contexts"] as? [Any])?.isEmpty == true,
                let environment = body["environment"] as? String, (1...255).contains(environment.count),
                let description = body["description"] as? String, description.count <= 140,
                let isTransient = body["transient_environment"] as? Bool,
                let isProduction = body["production_environment"] as? Bool,
                let payload = (body["payload"] as? [String: Any])?["slipway"] as? String
            else { return (422, ["message": "Validation Failed"]) }
            return (
                201,
                shared.withLock { memory in
                    memory.nextID += 1
                    let deployment = Deployment(
                        id: memory.nextID, commit: commit, environment: environment, payload: payload,
                        isTransient: isTransient, isProduction: isProduction, states: [], url: nil)
                    memory.deployments.append(deployment)
                    return gitHubDescription(deployment)
                }
            )
        }
        guard let id = numbered(call.path, root + "/", "/statuses") else { return nil }
        guard let place = deployments.firstIndex(where: { $0.id == id }) else { return (404, ["message": "Not Found"]) }
        if call.method == "GET" {
            let states = deployments[place].states.reversed().map { ["state": $0] }
            return (200, page(states, call.query, size: "per_page"))
        }
        let states: Set = ["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]
        guard call.method == "POST", let state = body["state"] as? String, states.contains(state),
            body["auto_inactive"] as? Bool == false, let description = body["description"] as? String,
            description.count <= 140,
            Set(body.keys).isSubset(of: ["state", "description", "environment", "environment_url", "auto_inactive"])
        else { return (422, ["message": "Validation Failed"]) }
        shared.withLock { memory in
            memory.deployments[place].states.append(state)
            memory.deployments[place].url = body["environment_url"] as? String ?? memory.deployments[place].url
        }
        return (201, ["id": 1, "state": state])
    }

    private func gitHubDescription(_ deployment: Deployment) -> [String: any Sendable] {
        [
            "id": deployment.id, "sha": deployment.commit, "ref": deployment.commit,
            "environment": deployment.environment, "payload": ["slipway": deployment.payload],
            "transient_environment": deployment.isTransient, "production_environment": deployment.isProduction,
        ]
    }

    // GitLab

    func gitLabDeployments(_ call: Call, _ body: [String: Any]) -> (Int, Any)? {
        let root = "/projects/" + repository.replacing("/", with: "%2F")
        if call.path.hasPrefix(root + "/environments") { return gitLabEnvironments(call, body, root + "/environments") }
        guard call.path.hasPrefix(root + "/deployments") else { return nil }
        let states: Set = ["running", "success", "failed", "canceled"]
        if call.path == root + "/deployments", call.method == "GET" {
            let wanted = arguments(call.query)["environment"]
            let found = shared.withLock { $0.deployments }.filter { (wanted ?? $0.environment) == $0.environment }
            return (200, page(found.reversed().map(gitLabDescription), call.query, size: "per_page"))
        }
        if call.path == root + "/deployments", call.method == "POST" {
            guard Set(body.keys) == ["environment", "sha", "ref", "tag", "status"],
                let commit = body["sha"] as? String, isCommit(commit),
                let environment = body["environment"] as? String, body["ref"] is String, body["tag"] is Bool,
                let state = body["status"] as? String, states.contains(state)
            else { return (400, ["error": "status does not have a valid value"]) }
            return (
                201,
                shared.withLock { memory in
                    memory.nextID += 1
                    let deployment = Deployment(
                        id: memory.nextID, commit: commit, environment: environment, payload: "", isTransient: false,
                        isProduction: false, states: [state], url: nil)
                    memory.deployments.append(deployment)
                    return gitLabDescription(deployment)
                }
            )
        }
        guard let id = numbered(call.path, root + "/deployments/", "") else { return nil }
        guard let place = deployments.firstIndex(where: { $0.id == id }) else {
            return (404, ["message": "404 Not found"])
        }
        if call.method == "GET" { return (200, gitLabDescription(deployments[place])) }
        guard call.method == "PUT", let state = body["status"] as? String, states.contains(state) else { return nil }
        // app/models/deployment.rb: only what was created can run, and no state follows itself.
        if deployments[place].state == state || state == "running" {
            return (400, ["message": ["status": ["cannot transition"]]])
        }
        return (
            200,
            shared.withLock { memory in
                memory.deployments[place].states.append(state)
                return gitLabDescription(memory.deployments[place])
            }
        )
    }

    private func gitLabEnvironments(_ call: Call, _ body: [String: Any], _ root: String) -> (Int, Any)? {
        if call.path == root, call.method == "GET" {
            let wanted = arguments(call.query)["name"]
            let found = environments.filter { (wanted ?? $0.name) == $0.name }
            return (200, page(found.map(gitLabDescription), call.query, size: "per_page"))
        }
        if call.path == root, call.method == "POST" {
            guard let name = body["name"] as? String, let tier = body["tier"] as? String,
                ["production", "staging", "testing", "development", "other"].contains(tier),
                Set(body.keys).isSubset(of: ["name", "tier", "external_url"])
            else { return (400, ["error": "400 Bad request"]) }
            guard !environments.contains(where: { $0.name == name }) else {
                return (400, ["message": ["name": ["has already been taken"]]])
            }
            return (
                201,
                shared.withLock { memory in
                    memory.nextID += 1
                    let environment = Environment(
                        id: memory.nextID, name: name, url: body["external_url"] as? String, state: "available")
                    memory.environments.append(environment)
                    return gitLabDescription(environment)
                }
            )
        }
        let isStop = call.path.hasSuffix("/stop")
        guard let id = numbered(call.path, root + "/", isStop ? "/stop" : ""),
            call.method == (isStop ? "POST" : "PUT")
        else { return nil }
        guard let place = environments.firstIndex(where: { $0.id == id }) else {
            return (404, ["message": "404 Not found"])
        }
        return (
            200,
            shared.withLock { memory in
                if isStop { memory.environments[place].state = "stopped" }
                if let url = body["external_url"] as? String { memory.environments[place].url = url }
                return gitLabDescription(memory.environments[place])
            }
        )
    }

    private func gitLabDescription(_ deployment: Deployment) -> [String: any Sendable] {
        [
            "id": deployment.id, "sha": deployment.commit, "status": deployment.state ?? "created",
            "environment": ["name": deployment.environment],
        ]
    }

    private func gitLabDescription(_ environment: Environment) -> [String: any Sendable] {
        var value: [String: any Sendable] = [
            "id": environment.id, "name": environment.name, "state": environment.state,
        ]
        if let url = environment.url { value["external_url"] = url }
        return value
    }
}
