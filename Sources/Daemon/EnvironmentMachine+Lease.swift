import Model

/// How long a preview is left alone.
extension EnvironmentMachine {
    /// Time has passed; a push begins a new lease.
    package mutating func watched(push: Int64, for duration: Duration) {
        if record.lease?.push != push { record.lease = Lease(push: push) }
        record.lease?.watched(for: duration)
    }

    /// A person wants the preview for longer.
    package mutating func extended(by duration: Duration, push: Int64) {
        if record.lease?.push != push { record.lease = Lease(push: push) }
        record.lease?.extended(by: duration)
    }
}
