import Daemon
import Model
import SQLite
import Store

/// The records of one life of the daemon, on the simulated ``Disk``.
// Unchecked: see SimulatedMachine.
struct SimulatedRecords: Records, @unchecked Sendable {
    let world: World
    let life: Life

    private func write<Value>(
        _ durability: Bool = true, _ change: @escaping (inout Disk.State) -> Value
    ) async throws(SQLiteError) -> Value {
        let (world, life) = (world, life)
        let outcome = await world.cross(.write, life) { () -> Result<Value, SQLiteError> in
            guard world.disk.current.epoch == life.epoch else {
                return .failure(
                    SQLiteError(code: .staleEpoch, call: "simulation", message: "another daemon has opened them"))
            }
            guard !world.isDiskFull else {
                return .failure(SQLiteError(code: .full, call: "simulation", message: "the disk is full"))
            }
            var value: Value?
            world.oracle.commits(life)
            world.disk.commit(isDurable: durability) { state in
                let result = change(&state)
                if value == nil { value = result }
            }
            guard let value else { preconditionFailure("a change gives a value") }
            return .success(value)
        }
        return try unpack(outcome)
    }

    private func read<Value>(_ body: @escaping (Disk.State) -> Value) async throws(SQLiteError) -> Value {
        let world = world
        return try unpack(await world.cross(.read, life) { .success(body(world.disk.current)) })
    }

    private func unpack<Value>(_ outcome: Outcome<Result<Value, SQLiteError>>) throws(SQLiteError) -> Value {
        switch outcome {
        case .value(let result): return try result.get()
        case .cut: throw SQLiteError(code: .inputOutput, call: "simulation", message: "the disk does not answer")
        }
    }

    /// Opens the records with a new epoch; whether they had been adopted.
    static func open(_ world: World, _ life: Life) async throws(SQLiteError) -> Bool {
        let outcome = await world.cross(.open, life) { () -> Result<Bool, SQLiteError> in
            guard !world.isDiskFull else {
                return .failure(SQLiteError(code: .full, call: "simulation", message: "the disk is full"))
            }
            world.disk.commit(isDurable: true) { $0.epoch += 1 }
            life.epoch = world.disk.current.epoch
            return .success(world.disk.current.isAdopted)
        }
        return try SimulatedRecords(world: world, life: life).unpack(outcome)
    }

    func prove() async throws(SQLiteError) { try await write { _ in () } }

    func markAdopted() async throws(SQLiteError) { try await write { $0.isAdopted = true } }

    func projects() async throws(SQLiteError) -> [StoredProject] {
        try await read { $0.projects.values.sorted { $0.name < $1.name } }
    }

    func save(_ project: StoredProject) async throws(SQLiteError) {
        try await write { $0.projects[project.name] = project }
    }

    func delete(project: ProjectName) async throws(SQLiteError) {
        try await write { state in
            state.projects[project] = nil
            state.refs[project] = nil
        }
    }

    func knownRefs(of project: ProjectName) async throws(SQLiteError) -> [KnownRef] {
        try await read { ($0.refs[project] ?? [:]).values.sorted { $0.name < $1.name } }
    }

    func save(
        refs: [KnownRef], removing: [RefName], of project: StoredProject, events: [NewEvent]
    ) async throws(SQLiteError) {
        try await write(refs.isEmpty) { state in
            state.projects[project.name] = project
            for name in removing { state.refs[project.name]?[name] = nil }
            for ref in refs { state.refs[project.name, default: [:]][ref.name] = ref }
            state.events += events.count
        }
    }

    func environments(of project: ProjectName) async throws(SQLiteError) -> [EnvironmentRecord] {
        try await read { ($0.environments[project] ?? [:]).values.sorted { $0.id < $1.id } }
    }

    func save(_ environment: EnvironmentRecord, events: [NewEvent]) async throws(SQLiteError) {
        try await write { state in
            state.environments[environment.id.project, default: [:]][environment.id.name] = environment
            state.events += events.count
        }
    }

    func delete(environment: EnvironmentID, events: [NewEvent]) async throws(SQLiteError) {
        try await write { state in
            state.environments[environment.project]?[environment.name] = nil
            state.events += events.count
        }
    }

    func beginDeployment(
        environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?, cause: String,
        at: Timestamp
    ) async throws(SQLiteError) -> Deployment {
        try await write(false) { state in
            state.lastDeployment += 1
            let deployment = Deployment(
                number: state.lastDeployment, environment: environment, kind: kind, commit: commit, ref: ref,
                cause: cause, queuedAt: at)
            state.deployments[deployment.number] = deployment
            return deployment
        }
    }

    func save(
        _ deployment: Deployment, environment: EnvironmentRecord?, replacing previous: Int64?, events: [NewEvent]
    ) async throws(SQLiteError) {
        let oracle = world.oracle
        try await write { state in
            if let previous, previous != deployment.number, var old = state.deployments[previous], old.state == .live {
                old.state = .replaced
                old.endedAt = deployment.liveAt
                state.deployments[previous] = old
            }
            if let old = state.deployments[deployment.number] {
                if old.state != deployment.state, deployment.state.isFinal || deployment.state == .live, events.isEmpty,
                    !(old.state == .live && deployment.state == .replaced)
                {
                    oracle.fail("I-7", "deployment \(deployment.number) is \(deployment.state) without an event")
                }
                state.deployments[deployment.number] = deployment
            }
            if let environment {
                state.environments[environment.id.project, default: [:]][environment.id.name] = environment
            }
            state.events += events.count
        }
    }

    func deployments(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(SQLiteError) -> [Deployment] {
        try await read { state in
            let all = state.deployments.values.filter {
                $0.environment.project == project && (environment == nil || $0.environment.name == environment)
            }
            return Array(all.sorted { $0.number > $1.number }.prefix(limit))
        }
    }

    func beginBuild(
        project: ProjectName, service: String, key: Digest, commit: ObjectID, at: Timestamp
    ) async throws(SQLiteError) -> BuildRecord {
        try await write(false) { state in
            state.lastBuild += 1
            let build = BuildRecord(
                number: state.lastBuild, project: project, service: service, key: key, commit: commit, startedAt: at)
            state.builds[build.number] = build
            return build
        }
    }

    func finish(_ build: BuildRecord) async throws(SQLiteError) {
        try await write(false) { $0.builds[build.number] = build }
    }

    func builds(of project: ProjectName, limit: Int) async throws(SQLiteError) -> [BuildRecord] {
        try await read { state in
            Array(state.builds.values.filter { $0.project == project }.sorted { $0.number > $1.number }.prefix(limit))
        }
    }

    func image(builtFor key: Digest, project: ProjectName) async throws(SQLiteError) -> ImageID? {
        try await read { $0.images[project]?.first { $0.key == key }?.image }
    }

    func remember(image: ImageID, key: Digest, project: ProjectName) async throws(SQLiteError) {
        try await write(false) { state in
            state.images[project]?.removeAll { $0.key == key }
            state.images[project, default: []].append((key, image))
        }
    }

    // No simulated build leaves anything behind.
    func remember(_ traces: BuildTraces) async throws(SQLiteError) {}
    func buildTraces() async throws(SQLiteError) -> [BuildTrace] { [] }
    func forget(traces: [BuildTrace]) async throws(SQLiteError) {}

    func forget(image: ImageID) async throws(SQLiteError) {
        try await write { state in
            for project in state.images.keys { state.images[project]?.removeAll { $0.image == image } }
        }
    }

    func images(of project: ProjectName) async throws(SQLiteError) -> [ImageID] {
        try await read { ($0.images[project] ?? []).reversed().map(\.image) }
    }

    func save(_ release: Release, of project: ProjectName, commit: ObjectID) async throws(SQLiteError) {
        try await write(false) { state in
            if state.releases[project]?[release.id] == nil {
                state.releases[project, default: [:]][release.id] = release
            }
        }
    }

    func release(_ id: Digest, of project: ProjectName) async throws(SQLiteError) -> Release? {
        try await read { $0.releases[project]?[id] }
    }

    func portLeases() async throws(SQLiteError) -> [PortLease] {
        try await read { $0.leases.values.sorted { $0.port < $1.port } }
    }

    func save(_ lease: PortLease) async throws(SQLiteError) { try await write(false) { $0.leases[lease.port] = lease } }

    func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording {
        try await write { state in
            let isKnown = state.deliveries.contains {
                $0.delivery.project == delivery.project && $0.delivery.deliveryID == delivery.deliveryID
            }
            if isKnown { return .duplicate }
            state.deliveries.append((delivery, nil))
            return .stored(sequence: Int64(state.deliveries.count))
        }
    }

    func openSequence(of delivery: NewDelivery) async throws(SQLiteError) -> Int64? {
        try await read { state in
            state.deliveries.firstIndex {
                $0.delivery.project == delivery.project && $0.delivery.deliveryID == delivery.deliveryID
                    && $0.outcome == nil
            }.map { Int64($0) + 1 }
        }
    }

    func settle(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64], outcome: String
    ) async throws(SQLiteError) {
        try await write(false) { state in
            for index in state.deliveries.indices where Int64(index) < sequence && !open.contains(Int64(index) + 1) {
                guard state.deliveries[index].delivery.project == project else { continue }
                if state.deliveries[index].outcome == nil { state.deliveries[index].outcome = outcome }
            }
        }
    }

    func openAnnouncements(of project: ProjectName) async throws(SQLiteError) -> [Delivery] {
        try await read { state in
            state.deliveries.enumerated().compactMap { index, row in
                let (delivery, outcome) = row
                guard outcome == nil, delivery.project == project, delivery.announced != nil else { return nil }
                return Delivery(
                    sequence: Int64(index) + 1, project: project, host: delivery.host, deliveryID: delivery.deliveryID,
                    event: delivery.event, receivedAt: delivery.receivedAt, ref: delivery.ref,
                    announced: delivery.announced, before: delivery.before)
            }
        }
    }

    func append(_ events: [NewEvent]) async throws(SQLiteError) { try await write { $0.events += events.count } }

    func events(project: ProjectName?, after: Int64?, limit: Int) async throws(SQLiteError) -> [DaemonEvent] { [] }

    func retain(now: Timestamp) async throws(SQLiteError) { try await write { _ in () } }
}
