import Lifecycle
import Model

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
}
