import Lifecycle
import Model

/// A project that is set aside: it begins when a person releases it.
struct DormantProject: Service {
    let project: ProjectName
    let quarantine: Quarantine
    /// Makes the project's loop and has it watched.
    let awaken: @Sendable () async throws(StartFailure) -> ProjectLoop

    var name: String { "project \(project)" }

    func run(until stop: StopSignal) async throws {
        let releases = quarantine.releases
        stop.onRaise { releases.notify() }
        while !stop.isRaised {
            let generation = releases.generation
            if quarantine.suspect(.project(project)) == nil { return try await awaken().run(until: stop) }
            await releases.wait(after: generation, until: nil)
        }
    }
}
