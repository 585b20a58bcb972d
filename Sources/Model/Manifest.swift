/// What `slipway.yml` says, checked and with every default filled in.
package struct Manifest: Sendable, Hashable, Codable {
    /// The name it suggests for the project; counts only when the project is added.
    package var name: String?
    /// The services, by name; never empty.
    package var services: [String: ServiceDefinition]
    /// Which refs run where. Read from the default branch only.
    package var environments: EnvironmentPolicies

    /// A manifest as given.
    package init(
        name: String? = nil, services: [String: ServiceDefinition],
        environments: EnvironmentPolicies = .init()
    ) {
        self.name = name
        self.services = services
        self.environments = environments
    }

    /// What applies where there is no `slipway.yml`: one service `web` from `./Dockerfile`.
    package static let withoutFile = Self(services: ["web": ServiceDefinition()])

    /// The name of the file, at the repository's root.
    package static let fileName = "slipway.yml"

    /// The service that is reached under the environment's own host name: the only public one,
    /// the one named `web`, or else the first by name.
    package var mainService: String? {
        let candidates = services.filter(\.value.isPublic).keys.sorted()
        return candidates.contains("web") ? "web" : candidates.first
    }
}

/// Which refs run in which environments.
package struct EnvironmentPolicies: Sendable, Hashable, Codable {
    /// Previews; nil where the manifest switches them off.
    package var preview: PreviewPolicy?
    /// The development environment's branch.
    package var development: BranchPolicy?
    /// The staging environment's branch.
    package var staging: BranchPolicy?
    /// What becomes production.
    package var production: ProductionPolicy?

    /// The defaults of DESIGN section 6.1.
    package init(
        preview: PreviewPolicy? = .init(),
        development: BranchPolicy? = .init(branch: .named("develop"), isDefaulted: true),
        staging: BranchPolicy? = .init(branch: .defaultBranch, isDefaulted: true),
        production: ProductionPolicy? = .init()
    ) {
        self.preview = preview
        self.development = development
        self.staging = staging
        self.production = production
    }
}

/// Which branches get a preview.
package struct PreviewPolicy: Sendable, Hashable, Codable {
    /// Branch patterns; nil: every branch but the default one and those of other environments.
    package var branches: [RefPattern]?
    /// Whether pull requests get one.
    package var pullRequests: Bool
    /// How many previews a project may have.
    package var limit: Int
    /// How long one lives after the last push was seen; nil: as long as its branch.
    package var expiry: Duration?
    /// What becomes of pull requests from forks.
    package var forks: ForkPolicy
    /// Which pull requests count.
    package var filter: PullRequestFilter

    /// The defaults of DESIGN sections 6.1 and 7.
    package init(
        branches: [RefPattern]? = nil, pullRequests: Bool = true, limit: Int = 20,
        expiry: Duration? = Self.standardExpiry, forks: ForkPolicy = .never, filter: PullRequestFilter = .init()
    ) {
        self.branches = branches
        self.pullRequests = pullRequests
        self.limit = limit
        self.expiry = expiry
        self.forks = forks
        self.filter = filter
    }

    /// Records of an earlier version say nothing of forks and filters.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            branches: try container.decodeIfPresent([RefPattern].self, forKey: .branches),
            pullRequests: try container.decode(Bool.self, forKey: .pullRequests),
            limit: try container.decode(Int.self, forKey: .limit),
            expiry: try container.decodeIfPresent(Duration.self, forKey: .expiry),
            forks: try container.decodeIfPresent(ForkPolicy.self, forKey: .forks) ?? .never,
            filter: try container.decodeIfPresent(PullRequestFilter.self, forKey: .filter) ?? .init())
    }

    /// How long a preview lives where the manifest does not say.
    package static let standardExpiry = Duration.seconds(7 * 24 * 3600)

    /// Branches that never get a preview by default.
    package static let neverByDefault = ["dependabot/*", "renovate/*", "gh-pages", "gh-readonly-queue/*"]
        .map { RefPattern($0) }
}

/// The branch an environment follows.
package struct BranchPolicy: Sendable, Hashable, Codable {
    /// The branch.
    package var branch: Branch
    /// True where no manifest names the branch, so that its absence is no mistake.
    package var isDefaulted: Bool

    /// Which branch is meant.
    package enum Branch: Sendable, Hashable, Codable {
        /// Whatever the repository's HEAD names.
        case defaultBranch
        /// The branch of that short name.
        case named(String)
    }

    /// A policy as given.
    package init(branch: Branch, isDefaulted: Bool = false) {
        self.branch = branch
        self.isDefaulted = isDefaulted
    }
}

/// What production runs.
package struct ProductionPolicy: Sendable, Hashable, Codable {
    /// The tags that count.
    package var tags: RefPattern
    /// False where the manifest does not name `tag`.
    package var isDefaulted: Bool
    /// The environment that must have run the release healthily first; nil: none.
    package var after: EnvironmentName?

    /// The defaults of DESIGN section 6.1: `v*` tags that are semantic versions, after staging.
    package init(tags: RefPattern = RefPattern("v*"), isDefaulted: Bool = true, after: EnvironmentName? = .staging) {
        self.tags = tags
        self.isDefaulted = isDefaulted
        self.after = after
    }
}
