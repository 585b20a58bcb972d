import ContainerEngine
import Lifecycle
import Model
import Store

/// Removes the images that no kept release needs, a day after the last one that did.
struct RetentionService: Service {
    let name = "retention"
    let projects: Projects
    let engine: EngineClient
    let parts: DaemonParts

    /// The time between two looks.
    private static let interval = Duration.seconds(600)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        var unneededSince: [ImageID: Timestamp] = [:]
        while !stop.isRaised {
            await wake.wait(until: .after(Self.interval))
            guard !stop.isRaised else { return }
            for loop in await projects.all {
                do throws(StageFailure) {
                    try await look(at: loop, unneededSince: &unneededSince)
                } catch {
                    parts.log.warning("cannot look for images to remove: \(error.message)")
                }
            }
        }
    }

    private func look(at loop: ProjectLoop, unneededSince: inout [ImageID: Timestamp]) async throws(StageFailure) {
        let project = loop.project
        let kept = Retention.keptReleases(await loop.records())
        let images = try await parts.kept { ledger throws in
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
        try await parts.kept { ledger throws in
            for image in gone { try await ledger.forget(image: image) }
        }
        parts.log.info("removed \(gone.count) images that no kept release needs", ("project", project.rawValue))
    }
}

/// What is kept and what may go: pure.
enum Retention {
    /// How many releases are kept in each environment.
    static let releasesPerEnvironment = 5
    /// How long an image stays after the last kept release that needed it.
    static let rest = Duration.seconds(24 * 3600)

    /// The releases that must be able to run again: the newest of each environment, and what is live or pinned there.
    static func keptReleases(_ records: [EnvironmentRecord]) -> Set<Digest> {
        var kept: Set<Digest> = []
        for record in records {
            var newest: [Digest] = []
            for healthy in record.healthy.reversed() where !newest.contains(healthy.release) {
                newest.append(healthy.release)
                if newest.count == releasesPerEnvironment { break }
            }
            kept.formUnion(newest)
            kept.formUnion([record.live?.release, record.pinned].compactMap(\.self))
        }
        return kept
    }

    /// The images that have not been needed for long enough, by two looks at least.
    static func due(
        known: [ImageID], needed: Set<ImageID>, unneededSince: inout [ImageID: Timestamp], now: Timestamp
    ) -> [ImageID] {
        var due: [ImageID] = []
        for image in known {
            if needed.contains(image) {
                unneededSince[image] = nil
            } else if let since = unneededSince[image] {
                if now.since(since) >= rest { due.append(image) }
            } else {
                unneededSince[image] = now
            }
        }
        return due
    }
}
