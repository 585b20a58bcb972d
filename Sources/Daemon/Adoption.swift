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
        if let found = Self.record(of: observed, now: now), let live = found.live {
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
    static func record(of observed: ObservedEnvironment, now: Timestamp) -> EnvironmentRecord? {
        // The newest container that runs speaks for the environment; without one, the newest of all.
        let speaker = observed.containers.max {
            ($0.state == .running ? 1 : 0, $0.createdAt) < ($1.state == .running ? 1 : 0, $1.createdAt)
        }
        guard let speaker, let kind = speaker.labels.kind else { return nil }
        let labels = speaker.labels
        var record = EnvironmentRecord(
            id: observed.id, kind: kind, ref: labels.ref, createdAt: labels.firstSeen ?? now)
        record.hold = observed.hold
        guard let release = labels.release, let content = labels.content, let commit = labels.commit,
            let configuration = labels.configuration
        else { return record }
        record.live = .init(
            release: release, content: content, configuration: configuration, commit: commit, since: speaker.createdAt,
            deployment: 0)
        record.healthy = [.init(commit: commit, content: content, release: release, at: speaker.createdAt)]
        return record
    }
}
