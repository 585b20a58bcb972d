import Model

/// Whether waiting for a commit has come to its end: pure.
enum WaitView {
    /// The outcome, or nil while it is still to come.
    static func outcome(of status: EnvironmentStatus?, commit: ObjectID?, id: EnvironmentID) -> WaitOutcome? {
        guard let status else { return nil }
        if status.health == .stopped {
            return .init(ending: .cancelled, environment: status, message: "\(id) runs nothing: \(status.reason)")
        }
        if let commit {
            // What was switched off is on its way back: it is on record, and nobody is served by it yet.
            let isStarting = status.progress == .deploying && status.deployment?.state.isFinal ?? true
            if status.commit == commit {
                if isStarting { return nil }
                return .init(ending: .live, environment: status, message: "\(commit.short) is live in \(id)")
            }
            guard let deployment = status.deployment, deployment.commit == commit else { return nil }
            return outcome(of: deployment, status: status)
        }
        if status.progress == .current {
            return .init(ending: .live, environment: status, message: "\(id) is current")
        }
        return nil
    }

    /// What waiting came to when its time was over.
    ///
    /// - Parameter known: the project's environments, for somebody who asked for one that is not there.
    static func timedOut(_ status: EnvironmentStatus?, id: EnvironmentID, known: [EnvironmentName]) -> WaitOutcome {
        let message =
            if let status {
                "\(id) is not there yet: \(status.progress.rawValue), \(status.reason)"
            } else if known.isEmpty {
                "project '\(id.project)' has no environment '\(id.name)' yet; it has none at all"
            } else {
                "project '\(id.project)' has no environment '\(id.name)' yet; it has: "
                    + known.sorted().map(\.rawValue).joined(separator: ", ")
            }
        return WaitOutcome(ending: .timedOut, environment: status, message: message)
    }

    private static func outcome(of deployment: Deployment, status: EnvironmentStatus) -> WaitOutcome? {
        switch deployment.state {
        case .failed:
            // A failure that is tried again by itself is no end.
            if status.progress != .failed { return nil }
            // An engine or a proxy that is away is waited for, and it goes on by itself.
            if [.engineUnavailable, .proxyUnavailable].contains(deployment.failure?.reason) { return nil }
            let failure = deployment.failure?.message ?? "it failed"
            return .init(ending: .failed, environment: status, message: "\(deployment.commit.short) failed: \(failure)")
        case .superseded:
            return .init(
                ending: .superseded, environment: status,
                message: "\(deployment.commit.short) was superseded by a newer commit")
        case .cancelled:
            return .init(ending: .cancelled, environment: status, message: "\(deployment.commit.short) was cancelled")
        case .queued, .building, .preparing, .starting, .switching, .live, .replaced:
            return nil
        }
    }
}
