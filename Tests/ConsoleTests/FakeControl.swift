import Daemon
import GitHosts
import Lifecycle
import Model
import Synchronization

/// A daemon that has one project, `shop`, with one environment, `staging`, and remembers what it was asked.
final class FakeControl: Control {
    struct State {
        var asked: [String] = []
        var deliveries: [DeliveryRequest] = []
        var answer = DeliveryAnswer.accepted
        var readiness = Readiness([.init(.engine, problem: nil)])
        var events: [DaemonEvent] = []
        var isEndless = false
    }
    let state = Mutex(State())
    /// Ring when something endless has begun, and when it was given up.
    let (begun, givenUp) = (Wake(), Wake())
    var asked: [String] { state.withLock { $0.asked } }
    private func note(_ text: String, _ project: ProjectName) throws(RequestProblem) {
        guard project.rawValue == "shop" else { throw .notFound("there is no project '\(project)'") }
        state.withLock { $0.asked.append(text) }
    }
    func status() async -> DaemonStatus { .make() }
    func project(_ name: ProjectName) async throws(RequestProblem) -> ProjectStatus {
        try note("project", name)
        return .make(name)
    }
    func environment(_ id: EnvironmentID) async throws(RequestProblem) -> EnvironmentStatus {
        try note("environment \(id)", id.project)
        return .make(id)
    }
    func confirmRestoration(of project: ProjectName) async throws(RequestProblem) {
        try note("confirm restoration", project)
    }
    func copyRecords() async throws(RequestProblem) -> RecordsCopy {
        RecordsCopy(name: "0a1b", byteCount: 3, madeAt: Timestamp(milliseconds: 0))
    }
    func piece(ofCopy name: String, from offset: Int) async throws(RequestProblem) -> [UInt8] {
        guard name == "0a1b", offset <= 3 else { throw .notFound("there is no such copy") }
        return Array([1, 2, 3].dropFirst(offset))
    }
    func removeCopy(_ name: String) async { state.withLock { $0.asked.append("remove copy \(name)") } }
    func history(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(RequestProblem) -> [Deployment] {
        try note("history \(environment?.rawValue ?? "all") \(limit)", project)
        return []
    }
    func builds(of project: ProjectName, limit: Int) async throws(RequestProblem) -> [BuildRecord] {
        try note("builds \(limit)", project)
        return []
    }
    func events(project: ProjectName?, after: Int64?, limit: Int) async throws(RequestProblem) -> [DaemonEvent] {
        state.withLock { Array($0.events.filter { $0.sequence > after ?? 0 }.suffix(limit)) }
    }
    let changes = Broadcast()
    func notices(limit: Int) async throws(RequestProblem) -> [Notice] { [] }
    func replay(notice number: Int64) async throws(RequestProblem) -> Notice {
        throw .notFound("there is no notice \(number)")
    }
    func webhooks() async -> [WebhookStatus] {
        ProjectName("shop").map { [.init(project: $0, state: .active, summary: "active")] } ?? []
    }
    func webhook(of project: ProjectName) async throws(RequestProblem) -> WebhookStatus {
        try note("webhook", project)
        return .init(project: project, state: .silent, summary: "silent for 6 min")
    }
    func repairWebhook(of project: ProjectName) async throws(RequestProblem) -> WebhookStatus {
        try note("repair webhook", project)
        return .init(project: project, state: .active, summary: "active")
    }
    func quarantined() async -> [Suspect] { [] }
    func release(_ object: WorkObject) async throws(RequestProblem) { try note("release \(object)", object.project) }
    func explanation(of id: EnvironmentID) async throws(RequestProblem) -> Explanation {
        try note("why \(id)", id.project)
        return Explanation(environment: id, sentences: ["because"], remedies: [])
    }
    func wait(
        for commit: ObjectID?, in id: EnvironmentID, timeout: Duration
    ) async throws(RequestProblem) -> WaitOutcome {
        try note("wait \(commit?.short ?? "any") \(id) \(timeout)", id.project)
        if state.withLock({ $0.isEndless }) {
            begun.ring()
            await Wake().wait(until: nil)
            givenUp.ring()
        }
        return WaitOutcome(ending: .live, environment: nil, message: "live")
    }
    func logs(
        of id: EnvironmentID, service: String?, tail: Int, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem) {
        try note("logs \(id) \(service ?? "all") \(tail) \(follow)", id.project)
        if service == "broken" { throw .unavailable("the engine does not answer") }
        onPiece(Array("one\n".utf8))
        if service == "breaks" { throw .unavailable("the engine has stopped") }
        if follow {
            await Wake().wait(until: nil)
            givenUp.ring()
        }
        onPiece(Array("two\n".utf8))
    }
    func buildLog(
        of project: ProjectName, environment: EnvironmentName?, number: Int64?, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(RequestProblem) { try note("log \(number ?? 0)", project) }
    func refresh(_ project: ProjectName) async throws(RequestProblem) { try note("refresh", project) }
    func deploy(_ commit: ObjectID, to id: EnvironmentID) async throws(RequestProblem) {
        try note("deploy \(commit.short) \(id)", id.project)
    }
    func stop(_ id: EnvironmentID, by person: String) async throws(RequestProblem) {
        try note("stop \(id)", id.project)
    }
    func start(_ id: EnvironmentID) async throws(RequestProblem) { try note("start \(id)", id.project) }
    func redeploy(_ id: EnvironmentID) async throws(RequestProblem) -> String {
        try note("redeploy \(id)", id.project)
        return ""
    }
    func allow(_ commit: ObjectID, in id: EnvironmentID, by person: String) async throws(RequestProblem) {
        try note("allow \(commit.short) \(id)", id.project)
    }
    func hold(_ id: EnvironmentID, reason: String) async throws(RequestProblem) {
        try note("hold \(id) \(reason)", id.project)
    }
    func resume(_ id: EnvironmentID) async throws(RequestProblem) { try note("resume \(id)", id.project) }
    func rollback(_ id: EnvironmentID, to release: Digest?, reason: String) async throws(RequestProblem) {
        try note("rollback \(id) \(release?.short ?? "previous") \(reason)", id.project)
    }
    func approveDeletions(of project: ProjectName) async throws(RequestProblem) { try note("approve", project) }
    func confirmDefaultBranch(of project: ProjectName) async throws(RequestProblem) { try note("confirm", project) }
    func extend(_ id: EnvironmentID, by duration: Duration?) async throws(RequestProblem) {
        try note("extend \(id) \(duration.map { "\($0)" } ?? "")", id.project)
    }
    func delete(_ id: EnvironmentID) async throws(RequestProblem) { try note("delete \(id)", id.project) }
    func receive(
        _ request: DeliveryRequest, for project: ProjectName, answer: @escaping @Sendable (DeliveryAnswer) -> Void
    ) {
        answer(
            state.withLock { state in
                state.deliveries.append(request)
                return state.answer
            })
    }
    func refused(_ rejection: DeliveryRejection, for project: ProjectName) {
        state.withLock { $0.asked.append("refused \(project): \(rejection)") }
    }
    func deliveryCounts() -> [DeliveryCount] {
        ProjectName("shop").map { [DeliveryCount(project: $0, outcome: .accepted, count: 3)] } ?? []
    }
    func readiness() async -> Readiness { state.withLock { $0.readiness } }
}
