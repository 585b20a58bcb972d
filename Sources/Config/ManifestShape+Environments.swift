import Model
import YAML

extension ManifestShape {
    /// The whole of `slipway.yml`.
    static let manifest = Shape<Manifest>.fields(
        .withoutFile,
        [
            Field("name", projectName, about: "A name for the project; counts when the project is added.") {
                $0.name = $1.rawValue
            },
            Field(
                "services", .map(of: service, names: .service, atMost: serviceLimit), \.services,
                about: "What runs, by name."),
            .notYet("databases", "Slipway runs no databases yet"),
            .notYet("jobs", "Slipway runs no jobs yet"),
            Field("environments", environments, \.environments, about: "Which refs run where."),
        ],
        synonyms: [
            "service": "services", "apps": "services", "app": "services", "environment": "environments",
            "envs": "environments", "stages": "environments", "database": "databases", "job": "jobs", "cron": "jobs",
            "version": "slipway.yml has no version; remove it", "project": "name",
            "volumes": "volumes belong to a service, and are not supported yet",
            "secrets": "secrets belong to a service, and are not supported yet",
            "networks": "every environment has a network of its own; remove it",
            "build": "it belongs to a service: services: { web: { build: … } }",
            "port": "it belongs to a service: services: { web: { port: … } }",
            "env": "it belongs to a service: services: { web: { env: … } }",
            "health": "it belongs to a service: services: { web: { health: … } }",
        ])

    /// `environments`
    static let environments = Shape<EnvironmentPolicies>.fields(
        EnvironmentPolicies(),
        [
            Field(
                "preview", preview.orFalse(), \.preview,
                about: "Which branches get an environment of their own; false for none."),
            Field(
                "development", development.orFalse(), \.development,
                about: "The development environment; false for none."),
            Field("staging", staging.orFalse(), \.staging, about: "The staging environment; false for none."),
            Field("production", production.orFalse(), \.production, about: "What becomes production; false for none."),
        ],
        synonyms: [
            "previews": "preview", "review": "preview", "reviews": "preview", "dev": "development",
            "develop": "development", "stage": "staging", "test": "staging", "prod": "production", "live": "production",
        ])

    /// `environments.preview`
    static let preview = Shape<PreviewPolicy>.fields(
        PreviewPolicy(),
        [
            Field("pull_requests", .flag, \.pullRequests, about: "Whether pull requests get a preview."),
            Field(
                "branches", .list(of: Shape<String>.refPattern.map { RefPattern($0) }, atMost: 100), \.branches,
                about: "Patterns of the branches that get a preview; every one but the default branch unless given."),
            Field(
                "expire", .lifetime, \.expiry,
                about: "How long a preview lives after the last push was seen; 7d unless given, never for no end."),
            .notYet("sleep_after", "previews do not sleep yet"),
            Field("limit", .integer(in: 0...1000), \.limit, about: "How many previews there may be at once."),
            Field(
                "forks", forks, \.forks,
                about: "never, or ask: a fork's commit gets a preview once a person with write access allows it."),
            Field("drafts", .flag, \.filter.drafts, about: "Whether draft pull requests get a preview."),
            Field(
                "labels", .list(of: .textPattern("label", "preview"), atMost: 100), \.filter.labels,
                about: "Patterns of labels: a pull request needs one of them, and none that begins with !."),
            Field(
                "titles", .list(of: .textPattern("title", "!WIP*"), atMost: 100), \.filter.titles,
                about: "Patterns of titles: a pull request's must match one of them, and none that begins with !."),
            .notYet("protect", "previews are open to whoever reaches the proxy"),
            overrides(),
        ],
        synonyms: [
            "branch": "branches", "pull_request": "pull_requests", "prs": "pull_requests",
            "merge_requests": "pull_requests", "max": "limit", "ttl": "expire", "expires": "expire",
            "sleep": "sleep_after", "fork": "forks", "draft": "drafts", "label": "labels", "title": "titles",
        ])

    /// `environments.preview.forks`
    private static let forks = Shape<String>.text(pattern: "^(never|ask)$") { text in
        guard ForkPolicy(rawValue: text) == nil else { return nil }
        let hint =
            ["always", "true", "yes", "all"].contains(text)
            ? "a fork's code is never run unasked: write ask, and allow each commit" : "never or ask"
        return Refusal(message: "'\(quote(text))' is not what becomes of forks", hint: hint)
    }.map { ForkPolicy(rawValue: $0) ?? .never }

    /// `environments.development`
    static let development = Shape<BranchPolicy>.fields(
        BranchPolicy(branch: .named("develop"), isDefaulted: true),
        [branchField(about: "The branch it follows; develop, if there is one, unless given."), overrides()],
        synonyms: branchSynonyms)

    /// `environments.staging`
    static let staging = Shape<BranchPolicy>.fields(
        BranchPolicy(branch: .defaultBranch, isDefaulted: true),
        [branchField(about: "The branch it follows; the default branch unless given."), overrides()],
        synonyms: branchSynonyms)

    /// `environments.production`
    static let production = Shape<ProductionPolicy>.fields(
        ProductionPolicy(),
        [
            Field("tag", .refPattern, about: "The pattern of the tags that become production; v* unless given.") {
                $0.tags = RefPattern($1)
                $0.isDefaulted = false
            },
            Field(
                "after", after.orFalse(), \.after,
                about: "The environment that must have run it healthily; false for none."),
            .notYet("soak", "gates beyond 'after' do not exist yet"),
            .notYet("approvals", "gates beyond 'after' do not exist yet"),
            .notYet("verify", "gates beyond 'after' do not exist yet"),
            .notYet("signed", "signatures of tags are not checked yet"),
            .notYet("windows", "gates beyond 'after' do not exist yet"),
            overrides(),
        ],
        synonyms: [
            "tags": "tag", "branch": "production follows tags: write tag: \"v*\"",
            "branches": "production follows tags: write tag: \"v*\"", "needs": "after", "from": "after",
            "approval": "approvals", "window": "windows", "domains": "own domains are not supported yet",
        ])

    private static let branchSynonyms: Synonyms = [
        "branches": "branch", "ref": "branch", "tag": "it follows a branch; only production follows tags",
        "domains": "own domains are not supported yet",
    ]

    private static func branchField(about: String) -> Field<BranchPolicy> {
        Field("branch", .branch, about: about) { $0 = BranchPolicy(branch: .named($1)) }
    }

    private static func overrides<Policy>() -> Field<Policy> {
        .notYet("services", "a service is the same in every environment for now")
    }

    private static let after = Shape<String>.text(pattern: "^(staging|development)$") { text in
        guard text != "staging", text != "development" else { return nil }
        return Refusal(message: "'\(quote(text))' cannot come before production", hint: "staging, development or false")
    }.map { $0 == "staging" ? EnvironmentName.staging : .development }

    /// The name of a project.
    static let projectName = Shape<String>.text.then { text, node, path, findings -> ProjectName? in
        if let name = ProjectName(text) { return name }
        let hint = "a-z, 0-9 and single '-', at most \(ProjectName.characterLimit) characters"
        let slug = projectSlug(of: text).map { ", such as \($0)" } ?? ""
        findings.add(node, path, "'\(quote(text))' cannot be the name of a project", hint: hint + slug)
        return nil
    }

    /// A project's name made of any text; nil where nothing is left of it.
    static func projectSlug(of text: String) -> ProjectName? {
        var slug: [UInt8] = []
        for byte in text.utf8 where slug.count < ProjectName.characterLimit {
            switch byte {
            case 0x41...0x5a: slug.append(byte + 32)
            case 0x61...0x7a, 0x30...0x39: slug.append(byte)
            default: if let last = slug.last, last != UInt8(ascii: "-") { slug.append(UInt8(ascii: "-")) }
            }
        }
        while slug.last == UInt8(ascii: "-") { slug.removeLast() }
        return ProjectName(String(decoding: slug, as: UTF8.self))
    }
}
