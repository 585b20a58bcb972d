package import Model

/// A webhook as its host describes it.
package struct HostHook: Sendable, Hashable {
    /// The host's id of it.
    package var id: String
    /// Where it sends.
    package var url: String
    /// Whether it sends at all.
    package var isActive: Bool
    /// The events it sends, in the host's words.
    package var events: Set<String>
    /// `json` or `form`; nil where the host has no choice.
    package var contentType: String?
    /// Whether it has a secret; nil where the host does not say.
    package var hasSecret: Bool?
    /// Why the host does not send although it is active, in words; nil: it does.
    package var suspension: String?
    /// What branches must match for it to tell of them; nil: all are told of.
    package var branchFilter: String?

    /// A hook as described.
    package init(
        id: String, url: String, isActive: Bool = true, events: Set<String>, contentType: String? = nil,
        hasSecret: Bool? = nil, suspension: String? = nil, branchFilter: String? = nil
    ) {
        self.id = id
        self.url = url
        self.isActive = isActive
        self.events = events
        self.contentType = contentType
        self.hasSecret = hasSecret
        self.suspension = suspension
        self.branchFilter = branchFilter
    }

    /// Whether it sends to that address. Hosts may write scheme and host in another case, and a port that goes without
    /// saying.
    package func sends(to address: String) -> Bool { Self.normal(url) == Self.normal(address) }

    private static func normal(_ url: String) -> String {
        guard let range = url.firstRange(of: "://") else { return url }
        let scheme = url[..<range.lowerBound].lowercased()
        var authority = url[range.upperBound...].prefix { $0 != "/" && $0 != "?" }.lowercased()
        let rest = url[range.upperBound...].drop { $0 != "/" && $0 != "?" }
        let usual = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(usual) { authority.removeLast(usual.count) }
        return "\(scheme)://\(authority)\(rest.hasSuffix("/") ? rest.dropLast() : rest)"
    }
}

/// A webhook as it should be.
package struct HookWish: Sendable, Hashable {
    /// Where it is to send.
    package let url: String
    /// What it is to sign with.
    package let secret: Secret<String>

    /// A wish as given.
    package init(url: String, secret: Secret<String>) {
        self.url = url
        self.secret = secret
    }
}

/// What one kind of Git host accepts about a repository's webhooks. Pure, as ``HostAPI`` is.
package protocol HookAPI: SendableMetatype {
    /// The events without which something would be missed.
    static var neededEvents: [String] { get }
    /// The events that a hook of ours is made with.
    static var wantedEvents: [String] { get }
    /// The call that lists webhooks, a page at a time, from 1 on.
    static func hooks(page: Int, in repository: HostRepository) -> HostCall
    /// One webhook of such a page; nil when it makes no sense.
    static func hook(_ value: JSONValue) -> HostHook?
    /// The call that makes a webhook.
    static func create(_ wish: HookWish, in repository: HostRepository) -> HostCall
    /// The call that makes a webhook what it should be; nil where no call changes a secret: then another takes its place.
    static func change(_ hook: HostHook, to wish: HookWish, in repository: HostRepository) -> HostCall?
    /// The call that removes a webhook.
    static func remove(_ hook: HostHook, in repository: HostRepository) -> HostCall
}

extension HookAPI {
    /// How many entries a page has: as many as every other listing of the host.
    static var pageSize: Int { GitHubAPI.pageSize }

    /// The events that a hook lacks, in the host's words.
    package static func missingEvents(of hook: HostHook) -> [String] {
        hook.events.contains("*") ? [] : neededEvents.filter { !hook.events.contains($0) }
    }

    /// What a hook sends and what it should send besides, in order.
    static func events(of hook: HostHook) -> JSONBody {
        .list(hook.events.union(wantedEvents).sorted().map { .text($0) })
    }
}

extension GitHostKind {
    /// What hosts of this kind accept about webhooks.
    package var hooks: any HookAPI.Type {
        switch self {
        case .github: GitHubHooks.self
        case .gitlab: GitLabHooks.self
        case .gitea: GiteaHooks.self
        case .forgejo: ForgejoHooks.self
        case .bitbucket: BitbucketHooks.self
        }
    }
}
