import ContainerEngine
import Deployer
import Model

/// Turns what is known of an environment into what people are shown: pure.
enum StatusView {
    /// One environment.
    static func environment(
        machine: EnvironmentMachine, deployment: Deployment?, observed: ObservedEnvironment?, engineProblem: String?,
        configurations: EnvironmentConfigurations, health looks: LiveHealth = LiveHealth(),
        now: Timestamp = Timestamp(milliseconds: 0), expires: Timestamp? = nil
    ) -> EnvironmentStatus {
        let record = machine.record
        let live = record.live
        let containers = (observed?.containers ?? []).filter { $0.labels.release == live?.release }
        let services = Self.services(containers, addresses: addresses(observed, configurations))
        let (observedHealth, observedReason) = Self.health(
            live: live, stop: record.stopped, containers: containers, isObserved: observed != nil,
            engineProblem: engineProblem)
        let shown = looks.shown(observedHealth, observedReason)
        let health = shown.health
        let crashes = health == .unknown ? nil : machine.crashes.problem(at: now)
        let healthReason = crashes ?? shown.reason
        let progress = Self.progress(machine: machine, deployment: deployment)
        let urls = observed.map { Self.urls(of: $0, configurations: configurations) } ?? []
        return EnvironmentStatus(
            id: record.id, kind: record.kind, ref: record.ref, urls: urls, health: health, healthReason: healthReason,
            progress: progress, reason: reason(machine: machine, progress: progress), commit: live?.commit,
            wanted: wanted(machine), release: live?.release, since: live?.since, services: services,
            gates: gates(machine), hold: record.hold, deployment: deployment, expires: expires)
    }

    /// Where each service is reached.
    private static func addresses(
        _ observed: ObservedEnvironment?, _ configurations: EnvironmentConfigurations
    ) -> [String: String] {
        let pairs = (observed?.routes ?? []).compactMap { route -> (String, String)? in
            guard let service = Route.owner(of: route.id)?.service, let host = route.hosts.first else { return nil }
            return (service, configurations.front.url(of: host))
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func services(
        _ containers: [ObservedContainer], addresses: [String: String]
    ) -> [EnvironmentStatus.ServiceStatus] {
        let byService = Dictionary(grouping: containers) { $0.labels.service ?? "" }
        return byService.sorted { $0.key < $1.key }.compactMap { name, members in
            guard let image = members.first?.image else { return nil }
            return .init(
                name: name, image: image, containers: members.map(\.name).sorted(),
                running: members.count { $0.state == .running },
                wanted: max(members.count, members.compactMap(\.labels.replica).max() ?? 0), url: addresses[name])
        }
    }

    private static func health(
        live: EnvironmentRecord.LiveRelease?, stop: EnvironmentRecord.Stop?, containers: [ObservedContainer],
        isObserved: Bool, engineProblem: String?
    ) -> (EnvironmentStatus.Health, String?) {
        if let engineProblem { return (.unknown, engineProblem) }
        if let stop { return (.stopped, "switched off by \(stop.by) since \(stop.since)") }
        guard live != nil else { return (.unknown, "nothing has been live here yet") }
        guard isObserved else { return (.unknown, "the engine has not been asked yet") }
        let running = containers.count { $0.state == .running }
        if running > 0, running == containers.count { return (.healthy, nil) }
        let stopped = containers.filter { $0.state != .running }.map(\.name).sorted().joined(separator: ", ")
        if running > 0 { return (.degraded, "not running: \(stopped)") }
        return (.failing, containers.isEmpty ? "its containers are gone" : "not running: \(stopped)")
    }

    private static func progress(
        machine: EnvironmentMachine, deployment: Deployment?
    ) -> EnvironmentStatus.Progress {
        let record = machine.record
        if machine.wish?.intent == .delete { return .deleting }
        if let deployment, !deployment.state.isFinal, record.inProgress != nil { return .deploying }
        if record.hold != nil { return .held }
        switch machine.wish?.intent {
        case .orphaned: return .orphaned
        case .wait: return .waiting
        case .held: return .held
        case .run(let commit), .promote(let commit, _):
            if record.failed?.commit == commit { return .failed }
            return record.live?.commit == commit ? .current : .waiting
        case .delete: return .deleting
        case nil: return .waiting
        }
    }

    private static func reason(machine: EnvironmentMachine, progress: EnvironmentStatus.Progress) -> String {
        if progress == .failed, let failure = machine.record.failed?.failure { return failure.message }
        if let hold = machine.record.hold {
            // The wish says what would happen without the hold; an adopted environment may have none yet.
            if case .held? = machine.wish?.intent, let reason = machine.wish?.reason { return reason }
            return holdSentence(hold)
        }
        if let stop = machine.record.stopped, progress == .waiting || progress == .current {
            return stopSentence(stop, machine)
        }
        if progress == .waiting, let gate = obstacle(machine) { return "waiting: \(gate.blocker)" }
        return machine.wish?.reason ?? "the repository has not been read yet"
    }

    /// A stop in words, with what ends it.
    private static func stopSentence(_ stop: EnvironmentRecord.Stop, _ machine: EnvironmentMachine) -> String {
        let id = machine.record.id
        let what = machine.wish?.commit.map { " runs \($0.short)" } ?? " runs it again"
        return "switched off by \(stop.by) since \(stop.since); `slipway start \(id.project) \(id.name)`\(what)"
    }

    /// A hold in words.
    static func holdSentence(_ hold: Hold) -> String {
        let what =
            switch hold.kind {
            case .frozen: "held by a person"
            case .rolledBack: "rolled back by a person"
            case .adopted: "held: adopted"
            }
        return "\(what) since \(hold.since): \(hold.reason)"
    }

    private static func wanted(_ machine: EnvironmentMachine) -> ObjectID? {
        let commit: ObjectID? =
            switch machine.wish?.intent {
            case .run(let commit), .promote(let commit, _): commit
            case .wait(let commit, _): commit
            default: nil
            }
        return commit == machine.record.live?.commit ? nil : commit
    }

    private static func gates(_ machine: EnvironmentMachine) -> [Gate] {
        if case .wait(_, let gates)? = machine.wish?.intent { gates } else { [obstacle(machine)].compactMap(\.self) }
    }

    /// What the wanted commit waits for before anything is begun.
    private static func obstacle(_ machine: EnvironmentMachine) -> Gate? {
        guard let obstacle = machine.obstacle, obstacle.commit == machine.wish?.commit, machine.record.hold == nil,
            machine.record.failed?.commit != obstacle.commit
        else { return nil }
        return obstacle.gate
    }

    private static func urls(of observed: ObservedEnvironment, configurations: EnvironmentConfigurations) -> [String] {
        let main = configurations.host(of: observed.id, service: nil)
        let hosts = observed.routes.flatMap(\.hosts).sorted { ($0 == main ? 0 : 1, $0) < ($1 == main ? 0 : 1, $1) }
        return hosts.map { configurations.front.url(of: $0) }
    }

    /// Why an environment is as it is, and what would change it.
    ///
    /// - Parameters:
    ///   - failed: what the last deployment came to, where it failed.
    static func explanation(
        of status: EnvironmentStatus, project: ProjectStatus, failed: EnvironmentRecord.FailedCommit? = nil,
        now: Timestamp = Timestamp(milliseconds: 0)
    ) -> Explanation {
        var sentences: [String] = []
        var remedies: [String] = []
        let name = "\(status.id)"
        switch status.progress {
        case .current: sentences.append("\(name) is current: it runs \(status.commit?.short ?? "nothing").")
        case .deploying:
            let state = status.deployment?.state.rawValue ?? "queued"
            sentences.append("\(name) is deploying \(status.deployment?.commit.short ?? ""), and is \(state).")
        case .waiting: sentences.append("\(name) is waiting.")
        case .held: sentences.append("\(name) is held.")
        case .orphaned: sentences.append("\(name) is orphaned: it keeps running.")
        case .deleting: sentences.append("\(name) is being deleted.")
        case .failed:
            let effect = status.commit == nil ? "nothing has been live there yet" : "what ran before keeps running"
            sentences.append("the last deployment of \(name) failed; \(effect).")
        }
        sentences.append(status.reason)
        if status.progress == .failed, let failed { sentences.append(retrySentence(failed, now: now)) }
        for gate in status.gates {
            if gate.blocker != status.reason { sentences.append("it waits for \(gate.kind.rawValue): \(gate.blocker)") }
            if let remedy = gate.remedy { remedies.append(remedy) }
        }
        if status.progress == .failed, let failure = status.deployment?.failure {
            sentences += failure.output.map { "  | " + $0 }
            if let hint = failure.hint { remedies.append(hint) }
        }
        if status.reason.hasPrefix("environment \(name) is set aside") {
            remedies.append("slipway quarantine release environment \(name)   lets it be tried again")
        }
        if let hold = status.hold {
            remedies.append("slipway resume \(status.id.project) \(status.id.name)   lifts the hold of \(hold.since)")
        }
        if status.health == .degraded || status.health == .failing {
            remedies.append("slipway logs \(status.id.project) \(status.id.name)   shows what it wrote last")
        }
        if let reason = status.healthReason { sentences.append("its health is \(status.health.rawValue): \(reason)") }
        if let problem = project.problem {
            sentences.append("the remote could not be read: \(problem.message)")
            if let hint = problem.hint { remedies.append(hint) }
        }
        for announced in project.announced ?? [] where announced.ref == status.ref {
            sentences.append(
                "a delivery announced \(announced.commit.short) on \(announced.ref.short) at \(announced.since), and Git"
                    + " does not show it yet; it is looked at again for five minutes, then what Git shows counts")
        }
        // The same manifest may be the reason already, word for word.
        if let problem = project.manifestProblem, !sentences.contains(where: { $0.contains(problem) }) {
            sentences.append("the manifest cannot be used: \(problem)")
        }
        return Explanation(environment: status.id, sentences: sentences, remedies: remedies)
    }

    /// Whether what failed is tried again, and when.
    private static func retrySentence(_ failed: EnvironmentRecord.FailedCommit, now: Timestamp) -> String {
        guard let moment = failed.retryAt else { return "it is not tried again before there is a new commit." }
        let left = moment.since(now)
        let when = left < .seconds(1) ? "now" : "in \(left.inWords), at \(moment)"
        return "it is tried again by itself \(when); so far it failed \(failed.attempts)×."
    }

    /// Production first, then staging, development, and previews by name.
    static func isOrdered(_ left: EnvironmentStatus, _ right: EnvironmentStatus) -> Bool {
        func rank(_ kind: EnvironmentKind) -> Int {
            switch kind {
            case .production: 0
            case .staging: 1
            case .development: 2
            case .preview: 3
            }
        }
        return (rank(left.kind), left.id) < (rank(right.kind), right.id)
    }
}
