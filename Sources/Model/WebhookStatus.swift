/// How it stands with the webhook of one project, for people and scripts.
package struct WebhookStatus: Sendable, Hashable, Codable {
    /// The ways it can stand.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Deliveries come, or will come as far as the host says.
        case active
        /// There is no secret, or the host has no hook that sends here.
        case notConfigured = "not configured"
        /// The hook sends too little, elsewhere, or what is refused.
        case misconfigured
        /// Git has moved and no delivery came.
        case silent
        /// Nobody who may be asked knows, and no delivery has come yet.
        case unverified = "cannot be verified"
    }

    /// Whose webhook it is.
    package var project: ProjectName
    /// How it stands.
    package var state: State
    /// The same with the reason: `misconfigured (missing events: pull_request)`.
    package var summary: String
    /// Where the host should send; nil while `public_url` is not set.
    package var url: String?
    /// When the last authentic delivery came; nil: none that is remembered.
    package var lastDeliveryAt: Timestamp?
    /// Since when Git has moved without a delivery; nil: it has not.
    package var silentSince: Timestamp?
    /// When the host was last asked; nil: it was not.
    package var checkedAt: Timestamp?
    /// What to do; nil: nothing.
    package var remedy: String?

    /// A status as given.
    package init(
        project: ProjectName, state: State, summary: String, url: String? = nil, lastDeliveryAt: Timestamp? = nil,
        silentSince: Timestamp? = nil, checkedAt: Timestamp? = nil, remedy: String? = nil
    ) {
        self.project = project
        self.state = state
        self.summary = summary
        self.url = url
        self.lastDeliveryAt = lastDeliveryAt
        self.silentSince = silentSince
        self.checkedAt = checkedAt
        self.remedy = remedy
    }
}
