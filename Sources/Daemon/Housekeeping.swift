import Deployer
import Lifecycle
import Model
import Store

/// What is done now and then: old records and images that nothing needs go, and an adoption that is complete is noted.
struct Housekeeping: Service {
    let name = "housekeeping"
    let projects: Projects
    let parts: DaemonParts
    /// Whether the daemon still has to take in what ran before there was its database.
    let mustAdopt: Bool

    /// The time between two looks at what ran before the database.
    private static let adoptionInterval = Duration.seconds(2)
    /// The time between two looks for what may go.
    private static let interval = Duration.seconds(600)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        var mustAdopt = mustAdopt
        var unneededSince: [ImageID: Timestamp] = [:]
        var next = Deadline.after(.zero)
        while !stop.isRaised {
            if mustAdopt { mustAdopt = await !noteAdoption() }
            if next.hasPassed {
                next = .after(Self.interval)
                await tidy(&unneededSince)
            }
            await wake.wait(until: mustAdopt ? min(next, .after(Self.adoptionInterval)) : next)
        }
    }

    /// Writes down that everything that ran before has been taken in; false while it has not.
    private func noteAdoption() async -> Bool {
        for loop in await projects.all { guard await loop.hasAdopted else { return false } }
        do throws(StageFailure) {
            try await parts.kept { ledger in try await ledger.markAdopted() }
            return true
        } catch {
            return false
        }
    }

    private func tidy(_ unneededSince: inout [ImageID: Timestamp]) async {
        do throws(StageFailure) {
            try await parts.kept { ledger in try await ledger.retain(now: parts.now()) }
            for loop in await projects.all { try await tidyImages(of: loop, unneededSince: &unneededSince) }
        } catch {
            parts.log.warning("cannot remove what nothing needs: \(error.message)")
        }
    }

    private func tidyImages(
        of loop: ProjectLoop, unneededSince: inout [ImageID: Timestamp]
    ) async throws(StageFailure) {
        let project = loop.project
        let kept = parts.decisions.keptReleases(await loop.records())
        let images = try await parts.kept { ledger in
            var needed: Set<ImageID> = []
            for digest in kept {
                if let release = try await ledger.release(digest, of: project) {
                    needed.formUnion(release.services.map(\.image))
                }
            }
            return (needed: needed, known: try await ledger.images(of: project))
        }
        let due = Retention.due(
            known: images.known, needed: images.needed, unneededSince: &unneededSince, now: parts.now())
        guard !due.isEmpty else { return }
        let gone = try await parts.deployer.discardImages(due)
        try await parts.kept { ledger in
            for image in gone { try await ledger.forget(image: image) }
        }
        parts.log.info("removed \(gone.count) images that no kept release needs", ("project", project.rawValue))
    }
}
