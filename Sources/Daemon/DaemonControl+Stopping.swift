import Lifecycle
package import Model

extension DaemonControl {
    package func stop(_ id: EnvironmentID, by person: String) async throws(RequestProblem) {
        let worker = try await worker(id)
        guard await !worker.isLeaving else { throw .conflict("\(id) is being removed already") }
        guard await worker.record.stopped == nil else { throw .conflict("\(id) is switched off already") }
        let stop = EnvironmentRecord.Stop(by: person, since: parts.now())
        try await recorded { () async throws(StageFailure) in try await worker.stop(stop) }
    }

    package func start(_ id: EnvironmentID) async throws(RequestProblem) {
        let worker = try await worker(id)
        guard await worker.record.stopped != nil else {
            throw .conflict("\(id) is not switched off; 'slipway why \(id.project) \(id.name)' says how it is")
        }
        try await recorded { () async throws(StageFailure) in try await worker.stop(nil) }
    }

    package func redeploy(_ id: EnvironmentID) async throws(RequestProblem) -> String {
        let worker = try await worker(id)
        let (record, target) = (await worker.record, await worker.target)
        if let hold = record.hold {
            throw .conflict(
                "\(id) is \(StatusView.holdSentence(hold)); lift it with 'slipway resume \(id.project) \(id.name)'")
        }
        guard record.stopped == nil else {
            throw .conflict("\(id) is switched off; 'slipway start \(id.project) \(id.name)' runs it")
        }
        guard let target else {
            throw .conflict("\(id) waits; 'slipway why \(id.project) \(id.name)' says for what")
        }
        let hasFailed = record.failed?.commit == target
        // What serves people outside is not taken down for nothing.
        guard hasFailed || record.kind == .preview else {
            throw .conflict(
                "\(id) runs what it should, and nothing failed; 'slipway deploy' or 'slipway rollback' change what it runs"
            )
        }
        guard record.inProgress == nil else { throw .conflict("\(id) is deploying \(target.short) already") }
        try await recorded { () async throws(StageFailure) in try await worker.redeploy() }
        let what = hasFailed ? "\(target.short) is tried again" : "\(target.short) is started anew"
        await parts.tell(id, "environment.redeployed", "asked for by a person: \(what)")
        return what
    }

    private func recorded(_ body: () async throws(StageFailure) -> Void) async throws(RequestProblem) {
        do throws(StageFailure) { try await body() } catch { throw .unavailable(error.message) }
    }
}
