package import GitHosts
package import Lifecycle
package import Model

/// What people and scripts can ask of a running daemon; the console and the tests speak to this alone.
package protocol Control: Sendable {
    /// The daemon with all its projects.
    func status() async -> DaemonStatus
    /// One project.
    func project(_ name: ProjectName) async throws(RequestProblem) -> ProjectStatus
    /// One environment.
    func environment(_ id: EnvironmentID) async throws(RequestProblem) -> EnvironmentStatus
    /// Deployments, newest first.
    func history(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(RequestProblem) -> [Deployment]
    /// Builds, newest first.
    func builds(of project: ProjectName, limit: Int) async throws(RequestProblem) -> [BuildRecord]
    /// Events after a sequence number, oldest first; the newest ones when `after` is nil.
    func events(project: ProjectName?, after: Int64?, limit: Int) async throws(RequestProblem) -> [DaemonEvent]
    /// Grows after every change that people can see, events among them.
    var changes: Broadcast { get }
    /// Why an environment is as it is.
    func explanation(of id: EnvironmentID) async throws(RequestProblem) -> Explanation
    /// Waits until the commit (nil: whatever Git wants now) is live there, has failed, or the time is over.
    func wait(
        for commit: ObjectID?, in id: EnvironmentID, timeout: Duration
    ) async throws(RequestProblem) -> WaitOutcome
    /// The output of a service's containers, in pieces, until it ends or the task is cancelled.
    func logs(
        of id: EnvironmentID, service: String?, tail: Int, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem)
    /// The output of a build (nil: the newest, of that environment if one is given), in pieces.
    func buildLog(
        of project: ProjectName, environment: EnvironmentName?, number: Int64?, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem)
    /// Looks at the project's remote now.
    func refresh(_ project: ProjectName) async throws(RequestProblem)
    /// Makes an environment run this commit, as a person's wish.
    func deploy(_ commit: ObjectID, to id: EnvironmentID) async throws(RequestProblem)
    /// Allows that a commit of a fork's pull request is built and run, as that person's word.
    func allow(_ commit: ObjectID, in id: EnvironmentID, by person: String) async throws(RequestProblem)
    /// Switches an environment off: what it runs goes, and pushes are built and not run.
    func stop(_ id: EnvironmentID, by person: String) async throws(RequestProblem)
    /// Switches an environment on again.
    func start(_ id: EnvironmentID) async throws(RequestProblem)
    /// Tries a deployment that failed again, or starts anew what a preview runs; says which.
    func redeploy(_ id: EnvironmentID) async throws(RequestProblem) -> String
    /// Pins an environment to what it runs.
    func hold(_ id: EnvironmentID, reason: String) async throws(RequestProblem)
    /// Lifts a hold.
    func resume(_ id: EnvironmentID) async throws(RequestProblem)
    /// Goes back to an earlier release (nil: the one before) and holds it there.
    func rollback(_ id: EnvironmentID, to release: Digest?, reason: String) async throws(RequestProblem)
    /// Confirms that a project's vanished previews may be deleted.
    func approveDeletions(of project: ProjectName) async throws(RequestProblem)
    /// Confirms that the default branch was renamed on purpose, so that production follows the new one's policy.
    func confirmDefaultBranch(of project: ProjectName) async throws(RequestProblem)
    /// Lets a preview live without a push for this long from now on (nil: as long as its project allows).
    func extend(_ id: EnvironmentID, by duration: Duration?) async throws(RequestProblem)
    /// Confirms that a project's restored records have been looked at, so that it follows Git again.
    func confirmRestoration(of project: ProjectName) async throws(RequestProblem)
    /// Makes a copy of the records as they are now, to be fetched piece by piece.
    func copyRecords() async throws(RequestProblem) -> RecordsCopy
    /// The bytes of a copy from an offset on, as many as a piece has.
    func piece(ofCopy name: String, from offset: Int) async throws(RequestProblem) -> [UInt8]
    /// Removes a copy that was fetched.
    func removeCopy(_ name: String) async
    /// Removes an environment and everything it has.
    func delete(_ id: EnvironmentID) async throws(RequestProblem)
    /// What is set aside because the daemon crashed over it.
    func quarantined() async -> [Suspect]
    /// Lets something that is set aside be worked on again.
    func release(_ object: WorkObject) async throws(RequestProblem)
    /// Takes a webhook request in: verified at once, on the caller's thread; made durable, together with others that
    /// wait; then answered, from any thread, and acted upon.
    func receive(
        _ request: DeliveryRequest, for project: ProjectName, answer: @escaping @Sendable (DeliveryAnswer) -> Void)
    /// A webhook request was refused by its head alone; for the operator to see.
    func refused(_ rejection: DeliveryRejection, for project: ProjectName)
    /// How many webhook requests came to what, since the start.
    func deliveryCounts() -> [DeliveryCount]
    /// How it stands with the webhook of every configured project, ordered by name.
    func webhooks() async -> [WebhookStatus]
    /// How it stands with the webhook of one project.
    func webhook(of project: ProjectName) async throws(RequestProblem) -> WebhookStatus
    /// Makes or mends a project's webhook through its host's API.
    func repairWebhook(of project: ProjectName) async throws(RequestProblem) -> WebhookStatus
    /// The newest notices, newest first.
    func notices(limit: Int) async throws(RequestProblem) -> [Notice]
    /// Sends a notice once more.
    func replay(notice number: Int64) async throws(RequestProblem) -> Notice
    /// Whether the daemon can do its work, part by part.
    func readiness() async -> Readiness
}

/// What a webhook request is answered.
package enum DeliveryAnswer: Sendable, Hashable {
    /// It is durable, or was already: 202.
    case accepted
    /// There is no such project: 404.
    case unknownProject
    /// The signature is missing or wrong: 401.
    case unauthorised
    /// It cannot be read: 400.
    case malformed
    /// Its content type is none we read: 415.
    case unsupported
    /// It has more bytes than a delivery may have: 413.
    case tooLarge
    /// It could not be made durable: 503, try again.
    case unavailable
}

extension DeliveryAnswer {
    /// The answer to a delivery that was refused.
    package init(_ rejection: DeliveryRejection) {
        self =
            switch rejection {
            case .unauthorised: .unauthorised
            case .malformed: .malformed
            case .unsupported: .unsupported
            case .tooLarge: .tooLarge
            }
    }
}
