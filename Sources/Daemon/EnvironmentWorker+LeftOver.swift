import Deployer
import Lifecycle
import Model
import Store

extension EnvironmentWorker {
    /// Ends a deployment that a crash cut off when the next action does not go on with it: nothing else ever would,
    /// and it would be shown as under way for ever.
    func endLeftOver(before action: EnvironmentMachine.Action) async {
        guard let open = deployment, !open.state.isFinal, machine.wish != nil,
            !isGoneOnWith(open.commit, by: action)
        else { return }
        let now = parts.now()
        let isDeleted = action == .remove
        deployment?.state = isDeleted ? .cancelled : .superseded
        deployment?.endedAt = now
        closeSteps("cut off", at: now)
        machine.gaveUp(open.commit)
        let why = isDeleted ? "its environment is being deleted" : "something else is wanted by now"
        await persist(
            kind: "deployment.superseded", "\(open.commit.short) was cut off and is given up: \(why)", replacing: nil)
    }

    private func isGoneOnWith(_ commit: ObjectID, by action: EnvironmentMachine.Action) -> Bool {
        switch action {
        case .deploy(let candidate): candidate.commit == commit
        case .promote(let promoted, _): promoted == commit
        case .restore(let release): self.commit(of: .restoration(release)) == commit
        case .refuse(let refused, _): refused == commit
        case .note, .remove, .prepare, .halt: false
        // It may be waiting for what must be known first: its tree, an answer of the engine.
        case .rest, .repair, .sweep:
            target == commit && !machine.runsWhatIsWanted && !machine.hasGivenUp(commit)
                || machine.record.pinned != nil
        }
    }

    /// Takes what is served for what is live, where a crash came between the moving of the routes and the writing of
    /// it: whatever came next, mending would go back to the release on record.
    ///
    /// - Returns: when to try again, where it is not known what is served.
    func takeUpSwitch() async -> Deadline? {
        guard isCutOff, let open = deployment, !open.state.isFinal else {
            isCutOff = false
            return nil
        }
        do throws(StageFailure) {
            let lookedAt = SteadyClock.now
            let observed = try await parts.deployer.observeServed(id)
            let labels = observed.servedLabels
            let release = try await parts.kept { ledger in
                guard let digest = labels?.release else { return nil as Release? }
                return try await ledger.release(digest, of: id.project)
            }
            (isCutOff, takeUpFailures) = (false, 0)
            guard let labels, let release, let configuration = labels.configuration, isNews(labels, for: open) else {
                return nil
            }
            _ = latest.take(observed, lookedAt: lookedAt)
            await becameLive(
                release, configuration: configuration, commit: open.commit,
                how: "which was served before that was written down", isWhole: false)
            return nil
        } catch {
            takeUpFailures += 1
            return .after(parts.pause(afterFailures: takeUpFailures))
        }
    }

    /// Whether what is served is not what is on record as live, and is what the open deployment is for.
    private func isNews(_ served: LabelSet, for open: Deployment) -> Bool {
        guard let release = served.release, served.kind == record.kind else { return false }
        if record.live?.release == release, record.live?.configuration == served.configuration { return false }
        if let intended = open.release {
            return intended == release && open.configuration == served.configuration
        }
        return served.commit == open.commit
    }
}
