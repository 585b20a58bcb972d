package import Model

extension DaemonControl {
    package func allow(_ commit: ObjectID, in id: EnvironmentID, by person: String) async throws(RequestProblem) {
        let loop = try await loop(id.project)
        guard await !loop.isOrphaned else {
            throw .conflict("the configuration names no project '\(id.project)' any more: nothing new is deployed")
        }
        try await loop.allow(commit, in: id.name, by: person)
    }
}
