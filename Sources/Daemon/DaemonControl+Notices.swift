import Lifecycle
package import Model

/// What people ask about notifications.
extension DaemonControl {
    package func notices(limit: Int) async throws(RequestProblem) -> [Notice] {
        try await notices?.notices(limit: limit) ?? []
    }

    /// Where an environment is reached; nil when it is nowhere.
    func url(of id: EnvironmentID) async -> String? {
        guard let loop = await projects.loop(id.project), let worker = await loop.worker(id.name) else { return nil }
        return await worker.status(engineProblem: nil).urls.first
    }

    package func replay(notice number: Int64) async throws(RequestProblem) -> Notice {
        guard let notices else { throw .notFound("there is no notice \(number)") }
        let notice = try await notices.replay(number, now: parts.now())
        parts.changes.notify()
        return notice
    }
}
