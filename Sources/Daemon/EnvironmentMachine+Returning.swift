package import Model

/// What comes of an engine or a proxy that goes and comes back.
extension EnvironmentMachine {
    /// The engine went: what it said of a build moments before was said in dying, and is not believed.
    package mutating func engineBroke(at now: Timestamp) {
        guard let failed = record.failed, failed.failure.reason == .buildFailed, failed.retryAt == nil,
            (Duration.zero...Self.dying).contains(now.since(failed.at))
        else { return }
        record.failed?.retryAt = now
    }

    /// What failures were for has gone: what waits to be tried again because of it is tried at once.
    package mutating func cameBack(_ reasons: Set<StageFailure.Reason>, at now: Timestamp) {
        repairAt = nil
        guard let failed = record.failed, failed.retryAt != nil, reasons.contains(failed.failure.reason) else { return }
        record.failed?.retryAt = now
    }

    /// How long an engine that is being stopped may take to be gone: until then it blames the step at hand.
    package static let dying = Duration.seconds(15)
}
