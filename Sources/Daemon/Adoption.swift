import ContainerEngine
import Deployer
import Model

/// What is known of environments that were found running without a record.
struct Adoption: Sendable {
    /// An environment that was found, with the containers it was found by.
    struct Found: Sendable {
        var record: EnvironmentRecord
        var observed: ObservedEnvironment
    }

    /// The daemon started without a database: what runs is all the memory there is.
    let isAmnesiac: Bool
    /// Whether the engine has been listed in full since the start.
    var hasObserved = false
    /// Found, but not yet understood: the commit they run must be read first.
    private(set) var unresolved: [EnvironmentName: Found] = [:]

    init(isAmnesiac: Bool) { self.isAmnesiac = isAmnesiac }

    /// Takes an environment that was found.
    mutating func found(_ record: EnvironmentRecord, _ observed: ObservedEnvironment) {
        guard record.live != nil else { return }
        unresolved[record.id.name] = Found(record: record, observed: observed)
    }

    /// An environment is understood, or gone.
    mutating func resolved(_ name: EnvironmentName) { unresolved[name] = nil }

    /// The refs that must be fetched to understand what was found.
    var wantedRefs: [RefName] { unresolved.values.compactMap(\.record.ref) }

    /// A record that may be older than what runs, as what runs corrects it; nil when there is nothing to correct.
    ///
    /// What it says is under way is not. What has no containers runs nothing, whatever it says.
    static func corrected(
        _ record: EnvironmentRecord, by observed: ObservedEnvironment, now: Timestamp
    ) -> EnvironmentRecord? {
        var corrected = record
        (corrected.inProgress, corrected.failed, corrected.requested, corrected.pinned) = (nil, nil, nil, nil)
        if !observed.containers.isEmpty { corrected.hold = observed.hold }
        if let found = Adoption(isAmnesiac: true).record(of: observed, now: now), let live = found.live {
            corrected.kind = found.kind
            corrected.ref = found.ref ?? record.ref
            if live.release != record.live?.release || live.configuration != record.live?.configuration {
                corrected.live = live
                corrected.healthy = record.healthy.filter { $0.commit != live.commit } + found.healthy
            }
        } else {
            corrected.live = nil
        }
        return corrected == record ? nil : corrected
    }

    /// What the labels of an environment's containers say about it; nil when they say too little.
    func record(of observed: ObservedEnvironment, now: Timestamp) -> EnvironmentRecord? {
        // What the proxy sends requests to speaks for the environment: what merely runs may have been about to become
        // healthy. Without such a container the newest that runs, and without one, the newest of all.
        let routed = Set(observed.routes.flatMap(\.ports))
        let speaker = observed.containers.max { Self.weight($0, routed) < Self.weight($1, routed) }
        guard let speaker, let kind = speaker.labels.kind else { return nil }
        let labels = speaker.labels
        var record = EnvironmentRecord(
            id: observed.id, kind: kind, ref: labels.ref, createdAt: labels.firstSeen ?? now)
        record.hold = observed.hold
        // With a memory, what has no record was never live: its deployment begins again, and finds what is there.
        guard isAmnesiac else { return record }
        guard let release = labels.release, let content = labels.content, let commit = labels.commit,
            let configuration = labels.configuration
        else { return record }
        record.live = .init(
            release: release, content: content, configuration: configuration, commit: commit, since: speaker.createdAt,
            deployment: 0)
        // Requests go only to what was healthy. Of anything else that is known when it has been looked after.
        if Self.weight(speaker, routed).0 > 0 {
            record.healthy = [.init(commit: commit, content: content, release: release, at: speaker.createdAt)]
        }
        return record
    }

    private static func weight(_ container: ObservedContainer, _ routed: Set<Int>) -> (Int, Int, Timestamp) {
        let isRouted = container.labels.port.map { routed.contains($0) } ?? false
        return (isRouted ? 1 : 0, container.state == .running ? 1 : 0, container.createdAt)
    }
}
