import Model

/// The environment variables of a container. Pure.
enum ContainerVariables {
    /// What the manifest says, over that what the environment adds, over that what Slipway says itself.
    static func all(for service: ReleasedService, in wanted: WantedEnvironment, port: Int?) -> [String: String] {
        service.definition.variables
            .merging(wanted.configuration.variables) { $1 }
            .merging(own(for: service, in: wanted, port: port)) { $1 }
    }

    private static func own(
        for service: ReleasedService, in wanted: WantedEnvironment, port: Int?
    ) -> [String: String] {
        let branch = wanted.ref.flatMap { $0.isBranch ? $0.short : nil }
        let values: [String: String?] = [
            "PORT": port.map(String.init),
            "SLIPWAY_PROJECT": wanted.id.project.rawValue,
            "SLIPWAY_ENVIRONMENT": wanted.id.name.rawValue,
            "SLIPWAY_SERVICE": service.name,
            "SLIPWAY_URL": wanted.hosts[service.name]?.first.map { wanted.front.url(of: $0) },
            "SLIPWAY_BRANCH": branch,
            "SLIPWAY_COMMIT": wanted.commit.hex,
            "SLIPWAY_RELEASE": wanted.release.id.short,
            "SLIPWAY_PULL_REQUEST": wanted.pullRequest.map(String.init),
        ]
        return values.compactMapValues { $0 }
    }
}
