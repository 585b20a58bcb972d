/// Something worth telling an operator, in the order it happened.
package struct DaemonEvent: Sendable, Hashable, Codable {
    /// Its place in the order of events.
    package var sequence: Int64
    /// When, by the wall clock.
    package var at: Timestamp
    /// What it is about; nil: the daemon itself.
    package var project: ProjectName?
    /// What it is about; nil: the project as a whole.
    package var environment: EnvironmentName?
    /// A stable word for scripts: `ref.moved`, `deployment.live`, `remote.unreachable`.
    package var kind: String
    /// A sentence for people.
    package var message: String

    /// An event as given.
    package init(
        sequence: Int64, at: Timestamp, project: ProjectName?, environment: EnvironmentName?, kind: String,
        message: String
    ) {
        self.sequence = sequence
        self.at = at
        self.project = project
        self.environment = environment
        self.kind = kind
        self.message = message
    }
}

/// One webhook request that was accepted.
package struct Delivery: Sendable, Hashable, Codable {
    /// Its place in the order of deliveries.
    package var sequence: Int64
    /// The project it was sent for.
    package var project: ProjectName
    /// Which host sent it.
    package var host: String
    /// The host's own id of the delivery.
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
    /// What came of it, in words; nil until the look it asked for was taken.
    package var outcome: String?

    /// A delivery as given.
    package init(
        sequence: Int64, project: ProjectName, host: String, deliveryID: String, event: String, receivedAt: Timestamp,
        ref: RefName? = nil, announced: ObjectID? = nil, before: ObjectID? = nil, outcome: String? = nil
    ) {
        self.sequence = sequence
        self.project = project
        self.host = host
        self.deliveryID = deliveryID
        self.event = event
        self.receivedAt = receivedAt
        self.ref = ref
        self.announced = announced
        self.before = before
        self.outcome = outcome
    }
}
