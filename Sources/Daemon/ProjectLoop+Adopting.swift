import Builder
import Config
import Deployer
import Lifecycle
import Model
import Promoter
import Store

extension ProjectLoop {
    /// A preview whose branch neither the records nor a listing know: one listing that lacks it has been seen, the next
    /// one decides. It was adopted, or its daemon ended before it could write down that there was such a branch.
    func rememberUnknownRefs() async {
        guard hasListing else { return }
        let known = Set(refs.map(\.name))
        var missing: [KnownRef] = []
        for record in await records() where record.kind == .preview {
            // Not every listing shows the heads of pull requests.
            guard let ref = record.ref, !known.contains(ref), adoption.isAmnesiac || ref.isBranch,
                let commit = record.live?.commit ?? record.inProgress ?? record.failed?.commit
            else { continue }
            missing.append(
                KnownRef(
                    name: ref, target: commit, commit: commit, isBaseline: false, firstSeen: record.createdAt,
                    movedAt: record.createdAt, sequence: stored.nextSequence, absences: 1))
        }
        guard !missing.isEmpty else { return }
        refs += missing
        confirmation = .after(Self.confirmationPause)
        await save(changed: missing, removing: [], events: [])
    }

    /// Gives adopted environments their releases back, once the commits they run have been read.
    func adopt(_ wishes: [EnvironmentWish]) async {
        for (name, found) in adoption.unresolved {
            guard let worker = workers[name] else {
                adoption.resolved(name)
                continue
            }
            guard let live = found.record.live,
                case .ready(let candidate)? = await candidate(
                    of: live.commit, tier: name.pullRequest == nil ? .repository : images.forkTier)
            else { continue }
            switch await remember(found.observed, candidate: candidate, live: live) {
            case .whole: adoption.resolved(name)
            case .partial:
                // A deployment that was cut off: it begins again, and finds what is there.
                adoption.resolved(name)
                await worker.disown(live)
                continue
            case .unwritten:
                resaveAt = .after(Self.savingPause)
                continue
            }
            // Only now is it known what should run.
            await worker.lookAgain()
            // While the records are in doubt, nothing is promoted anyway.
            guard doubt == nil, found.record.kind == .production, found.record.hold == nil,
                let newest = wishes.first(where: { $0.environment == worker.id })?.commit, newest != live.commit
            else { continue }
            let hold = Hold(
                kind: .adopted,
                reason: "found running \(live.commit.short) without a memory of why, while Git says \(newest.short)",
                since: parts.now())
            try? await worker.hold(hold)
            await parts.tell(worker.id, "environment.held", hold.reason)
        }
    }

    /// Takes up what an earlier daemon found and did not live to understand: its record names a release that is not
    /// remembered.
    func goOnAdopting(_ environments: [EnvironmentName: ObservedEnvironment]) async {
        for (name, worker) in workers where adoption.unresolved[name] == nil {
            let record = await worker.record
            guard let live = record.live else { continue }
            let release = try? await parts.kept { [project] ledger in
                try await ledger.release(live.release, of: project)
            }
            if release == nil { adoption.found(record, environments[name] ?? ObservedEnvironment(id: worker.id)) }
        }
    }

    /// Corrects records that may be older than what runs by what the containers' labels say.
    func correct(by environments: [EnvironmentName: ObservedEnvironment]) async {
        for (name, worker) in workers {
            let observed = environments[name] ?? ObservedEnvironment(id: worker.id)
            guard let record = Adoption.corrected(await worker.record, by: observed, now: parts.now()) else { continue }
            adoption.found(record, observed)
            await worker.correct(record)
        }
    }

    /// A person has looked at what was restored.
    func confirmed() async {
        doubt = nil
        for worker in workers.values { await worker.confirmed() }
        wake.ring()
    }

    /// What came of giving an adopted environment its release back.
    enum Remembrance {
        case whole
        /// Not all of the release is there.
        case partial
        /// The records did not take it.
        case unwritten
    }

    /// Gives an adopted environment its release back.
    func remember(
        _ observed: ObservedEnvironment, candidate: Candidate, live: EnvironmentRecord.LiveRelease
    ) async -> Remembrance {
        let imagesByService = [String: ImageID](
            observed.containers.compactMap { container -> (String, ImageID)? in
                guard container.labels.release == live.release, let service = container.labels.service,
                    let image = container.image
                else { return nil }
                return (service, image)
            }, uniquingKeysWith: { first, _ in first })
        // Some of the environment's services have no container to tell their image by.
        guard candidate.services.allSatisfy({ imagesByService[$0.name] != nil }) else { return .partial }
        let release = ReleaseDigest.release(from: candidate, images: imagesByService)
        await workers[observed.id.name]?.settleMemory(release)
        do throws(StageFailure) {
            try await parts.kept { ledger in
                for service in candidate.services {
                    guard let image = imagesByService[service.name] else { continue }
                    try await ledger.remember(image: image, key: service.buildKey, project: project)
                }
                try await ledger.save(release, of: project, commit: candidate.commit)
            }
        } catch {
            log.error("cannot write down what was adopted: \(error.message)")
            return .unwritten
        }
        return .whole
    }
}
