import Config
import Lifecycle
package import Model
import SQLite

extension DaemonControl {
    package func quarantined() async -> [Suspect] { parts.quarantine.all }

    package func release(_ object: WorkObject) async throws(RequestProblem) {
        let isReleased: Bool
        do throws(SQLiteError) {
            isReleased = try await parts.quarantine.release(object, at: parts.now())
        } catch {
            throw .unavailable(DaemonFailures.records(error).message)
        }
        guard isReleased else {
            let known = parts.quarantine.all.map(\.object).joined(separator: ", ")
            throw .notFound(
                "\(object) is not set aside" + (known.isEmpty ? "; nothing is" : "; set aside are: \(known)"))
        }
        parts.changes.notify()
        guard let loop = await projects.loop(object.project) else { return }
        if case .commit(_, let commit) = object { await loop.forget(commit) }
        if let name = object.environment { await loop.worker(name)?.wake.ring() }
        loop.wake.ring()
    }

    /// The projects of the configuration that are set aside, as they are shown.
    var dormant: [ProjectStatus] {
        configuration.projects.compactMap { settings in
            parts.quarantine.suspect(.project(settings.name)).map { suspect in
                ProjectStatus(
                    name: settings.name, remote: settings.repository.description, defaultBranch: nil, listedAt: nil,
                    problem: FailureRecord(suspect.failure), manifestProblem: nil, environments: [])
            }
        }
    }
}
