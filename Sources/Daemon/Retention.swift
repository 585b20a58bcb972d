import Model

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

    /// The releases that a promotion is to carry on, or that one waits for.
    static func promisedReleases(_ wishes: [EnvironmentWish], _ records: [EnvironmentRecord]) -> Set<Digest> {
        var promised: Set<Digest> = []
        for wish in wishes {
            switch wish.intent {
            case .promote(_, let release): promised.insert(release)
            case .wait(let commit?, _) where wish.kind == .production:
                let healthy = records.flatMap(\.healthy).filter { $0.commit == commit }
                promised.formUnion(healthy.map(\.release))
            default: break
            }
        }
        return promised
    }

    /// The images that have not been needed for long enough, by two looks at least. The wall clock decides nothing.
    static func due(
        known: [ImageID], needed: Set<ImageID>, unneededSince: inout [ImageID: ContinuousClock.Instant],
        now: ContinuousClock.Instant, rest: Duration = Self.rest
    ) -> [ImageID] {
        var due: [ImageID] = []
        for image in known {
            if needed.contains(image) {
                unneededSince[image] = nil
            } else if let since = unneededSince[image] {
                if now - since >= rest { due.append(image) }
            } else {
                unneededSince[image] = now
            }
        }
        return due
    }
}
