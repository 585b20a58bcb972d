package import Model

/// What opening the ledger found.
package struct Opening: Sendable, Hashable {
    /// Whether there was no database: the daemon starts without a memory.
    package let isNew: Bool
    /// Whether ``Ledger/markAdopted()`` was ever called: until then there is no memory of what runs,
    /// even where a first start was cut off and left a database behind.
    package let isAdopted: Bool
    /// The number of this opening; every write checks that no later one has happened.
    package let epoch: Int64
    /// The id in the labels of what this daemon made; nil until ``Ledger/setInstance(_:)``.
    package let instance: String?
    /// Whether every row and every entry of an index has been checked; else it is worth doing, later.
    package var isFullyChecked = true
    /// The database was put in the place of another one, and nobody has been told yet.
    package var restoration: Restoration?
}

/// That a database was put in the place of another one: what it remembers may be older than what runs.
package struct Restoration: Sendable, Hashable {
    /// When that was noticed.
    package let at: Timestamp
    /// How it is known, in words.
    package let how: String

    /// A restoration as given.
    package init(at: Timestamp, how: String) {
        self.at = at
        self.how = how
    }
}

/// What is remembered of one project.
package struct StoredProject: Sendable, Hashable, Codable {
    /// Its name.
    package let name: ProjectName
    /// Where its repository is.
    package var remote: RemoteAddress
    /// When it was added.
    package var addedAt: Timestamp
    /// The branch that HEAD names, as last seen.
    package var defaultBranch: RefName?
    /// The default branch when the project was added, or when a person last confirmed one.
    package var confirmedDefaultBranch: RefName?
    /// Whether a complete listing has been folded in, so that later refs are new ones.
    package var isBaselined: Bool
    /// When its refs were last listed in full.
    package var listedAt: Timestamp?
    /// The sequence number of the next ref that moves.
    package var nextSequence: Int64
    /// The policies of the default branch's manifest when it last had no mistakes.
    package var lastGoodPolicies: EnvironmentPolicies?
    /// The environments that a person deleted, with the commit they would run: they come back when Git says another.
    package var dismissed: [EnvironmentName: ObjectID]
    /// The commits of forks that persons have allowed: the newest of each pull request. Nil: of none.
    package var allowances: [EnvironmentName: ForkAllowance]?
    /// Whether the heads of pull requests that were there before Slipway are known; nil: they are not.
    package var areHeadsBaselined: Bool?

    /// A project that was just added.
    package init(
        name: ProjectName, remote: RemoteAddress, addedAt: Timestamp, defaultBranch: RefName? = nil,
        confirmedDefaultBranch: RefName? = nil, isBaselined: Bool = false, listedAt: Timestamp? = nil,
        nextSequence: Int64 = 1, lastGoodPolicies: EnvironmentPolicies? = nil,
        dismissed: [EnvironmentName: ObjectID] = [:]
    ) {
        self.name = name
        self.remote = remote
        self.addedAt = addedAt
        self.defaultBranch = defaultBranch
        self.confirmedDefaultBranch = confirmedDefaultBranch
        self.isBaselined = isBaselined
        self.listedAt = listedAt
        self.nextSequence = nextSequence
        self.lastGoodPolicies = lastGoodPolicies
        self.dismissed = dismissed
    }
}

/// A pull request, and what its host was told on it.
package struct StoredPullRequest: Sendable, Hashable {
    /// The pull request as last described.
    package var request: PullRequest
    /// The number of our comment; nil while there is none, or after a person has deleted it.
    package var comment: Int?
    /// What the comment says; nil: nothing was written yet.
    package var told: String?

    /// A pull request as given.
    package init(request: PullRequest, comment: Int?, told: String?) {
        self.request = request
        self.comment = comment
        self.told = told
    }
}

/// An event that has no place in the order yet.
package struct NewEvent: Sendable, Hashable {
    /// When, by the wall clock.
    package var at: Timestamp
    /// What it is about; nil: the daemon itself.
    package var project: ProjectName?
    /// What it is about; nil: the project as a whole.
    package var environment: EnvironmentName?
    /// A stable word for scripts: `ref.moved`.
    package var kind: String
    /// A sentence for people.
    package var message: String

    /// An event as given.
    package init(
        at: Timestamp, project: ProjectName? = nil, environment: EnvironmentName? = nil, kind: String, message: String
    ) {
        self.at = at
        self.project = project
        self.environment = environment
        self.kind = kind
        self.message = message
    }
}

/// A delivery that has no place in the order yet.
package struct NewDelivery: Sendable, Hashable {
    /// The project it was sent for.
    package var project: ProjectName
    /// Which host sent it.
    package var host: String
    /// The host's own id of the delivery; a second one with the same id is a duplicate.
    package var deliveryID: String
    /// The host's name of the event.
    package var event: String
    /// When it was received.
    package var receivedAt: Timestamp
    /// The ref it speaks of, if it does.
    package var ref: RefName?
    /// The commit it announces, if it does.
    package var announced: ObjectID?
    /// What its ref pointed at before, by the delivery; nil where that is not told, or it is new.
    package var before: ObjectID?

    /// A delivery as given.
    package init(
        project: ProjectName, host: String, deliveryID: String, event: String, receivedAt: Timestamp,
        ref: RefName? = nil, announced: ObjectID? = nil, before: ObjectID? = nil
    ) {
        self.project = project
        self.host = host
        self.deliveryID = deliveryID
        self.event = event
        self.receivedAt = receivedAt
        self.ref = ref
        self.announced = announced
        self.before = before
    }
}

/// What became of a delivery that was handed to the ledger. Either way it is on disk.
package enum Recording: Sendable, Hashable {
    /// It is new, and has this place in the order.
    case stored(sequence: Int64)
    /// It was there already.
    case duplicate
}

/// A loopback port and the container it was chosen for.
package struct PortLease: Sendable, Hashable, Codable {
    /// The port.
    package let port: Int
    /// The container's name.
    package var container: String
    /// When it was chosen.
    package var leasedAt: Timestamp
    /// When the container was gone; nil while it has the port.
    package var releasedAt: Timestamp?

    /// A lease as given.
    package init(port: Int, container: String, leasedAt: Timestamp, releasedAt: Timestamp? = nil) {
        self.port = port
        self.container = container
        self.leasedAt = leasedAt
        self.releasedAt = releasedAt
    }
}
