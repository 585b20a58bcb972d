import Model
import Store

/// The records as they are on the simulated disk: what is safe from a loss of power, and what only the machine has.
final class Disk {
    /// The records as one value.
    struct State {
        var epoch: Int64 = 0
        var isAdopted = false
        var projects: [ProjectName: StoredProject] = [:]
        var refs: [ProjectName: [RefName: KnownRef]] = [:]
        var environments: [ProjectName: [EnvironmentName: EnvironmentRecord]] = [:]
        var deployments: [Int64: Deployment] = [:]
        var builds: [Int64: BuildRecord] = [:]
        var releases: [ProjectName: [Digest: Release]] = [:]
        var images: [ProjectName: [(key: Digest, image: ImageID)]] = [:]
        var leases: [Int: PortLease] = [:]
        var deliveries: [(delivery: NewDelivery, outcome: String?)] = []
        var events = 0
        var lastDeployment: Int64 = 0
        var lastBuild: Int64 = 0
    }

    /// What a running daemon sees.
    private(set) var current = State()
    /// What a loss of power leaves at least.
    private var synced = State()
    /// What was written since: a loss of power leaves the first few of these.
    private var tail: [(inout State) -> Void] = []

    /// Writes a transaction.
    func commit(isDurable: Bool, _ change: @escaping (inout State) -> Void) {
        change(&current)
        tail.append(change)
        guard isDurable else { return }
        for change in tail { change(&synced) }
        tail = []
    }

    /// The power goes: the first so many of the writes that were not synced are there, and no others.
    func losePower(_ chances: inout Chances) {
        let kept = tail.isEmpty ? 0 : chances.below(tail.count + 1)
        for change in tail.prefix(kept) { change(&synced) }
        tail = []
        current = synced
    }

    /// The database is gone.
    func lose() {
        // Another database, another count; but never one that an old daemon could take for its own.
        let epoch = current.epoch + 100
        current = State()
        current.epoch = epoch
        synced = current
        tail = []
    }
}
