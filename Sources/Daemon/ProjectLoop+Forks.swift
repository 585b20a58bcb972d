import Lifecycle
import Model
import Store
import Watcher

/// Pull requests from forks, and what Git alone says of pull requests.
extension ProjectLoop {
    /// The policy that decides about previews now; nil where there are none, or nothing has been read yet.
    private var previewPolicy: PreviewPolicy? {
        switch policy {
        case .known(let policies), .invalid(_, let policies?): policies.preview
        case .invalid(_, nil), .unknown: stored.lastGoodPolicies?.preview
        }
    }

    private var wantedHeads: PullRequestHeads {
        let known = Set(refs.compactMap(\.name.pullRequest))
        if policy == .unknown, stored.lastGoodPolicies == nil { return .numbers(known) }
        return HeadReading.wanted(
            by: previewPolicy, isAsked: source.isAsked, requests: pullRequests, known: known)
    }

    /// Has listings show the heads that count.
    func wantHeads() { source.want(wantedHeads) }

    /// What of a listing concerns this project: other projects on the same repository may want other heads.
    func withoutUnwantedHeads(_ listing: RefListing) -> RefListing {
        guard listing.refs.contains(where: { $0.name.pullRequest != nil }) else { return listing }
        let wanted = wantedHeads
        return RefListing(
            head: listing.head,
            refs: listing.refs.filter { ref in ref.name.pullRequest.map { wanted.contains($0) } ?? true })
    }

    /// Where nobody says which pull requests are open, those that were there before Slipway count once they move.
    func noteBaselineHeads(in update: inout RefUpdate) {
        guard !source.isAsked, wantedHeads == .all, stored.areHeadsBaselined != true else { return }
        stored.areHeadsBaselined = true
        let before = Set(refs.map(\.name))
        for index in update.known.indices where update.known[index].name.pullRequest != nil {
            if !before.contains(update.known[index].name) { update.known[index].isBaseline = true }
        }
    }

    /// Takes note of which pull requests are a branch's own.
    func noteOwnHeads(in known: [KnownRef]) {
        guard !source.isAsked else { return }
        ownHeads = HeadReading.own(known, before: ownHeads)
    }

    /// The pull requests as far as they are known; nil: not at all.
    func knownRequests(_ records: [EnvironmentRecord]) -> [PullRequest]? {
        if source.isAsked { return pullRequests }
        guard wantedHeads == .all else { return nil }
        return HeadReading.requests(refs, own: ownHeads, adopted: Set(records.compactMap(\.id.name.pullRequest)))
    }

    /// What the Promoter must know of forks.
    var forkFacts: ProjectFacts.ForkFacts {
        ProjectFacts.ForkFacts(
            host: source.host, isDescribed: source.isAsked, allowances: stored.allowances ?? [:],
            candidates: forkCandidates)
    }

    /// The preview that follows a branch; nil where there is none.
    func environment(following branch: RefName) async -> EnvironmentName? {
        for (name, worker) in workers {
            let record = await worker.record
            if record.kind == .preview, record.ref == branch { return name }
        }
        return nil
    }

    /// A person allows a commit of a fork's pull request, which must be the one that it is at.
    func allow(_ commit: ObjectID, in name: EnvironmentName, by person: String) async throws(RequestProblem) {
        guard let number = name.pullRequest else {
            throw .conflict("'\(name)' is not the preview of a fork's pull request: only those wait for such a word")
        }
        guard previewPolicy?.forks == .ask, previewPolicy?.pullRequests == true else {
            throw .conflict(
                "\(Manifest.fileName) of the default branch does not say environments.preview.forks: ask, so no commit of a fork is built"
            )
        }
        if let requests = pullRequests {
            guard let request = requests.first(where: { $0.number == number }), request.isOpen else {
                throw .notFound("project '\(project)' has no open pull request #\(number)")
            }
            guard request.isFork else {
                throw .conflict(
                    "pull request #\(number) comes from \(request.head.short), a branch of the repository itself: it waits for nobody"
                )
            }
        }
        // What Git shows runs; what the host says may be ahead of it. The word is for this one commit either way.
        let listed = refs.first { $0.name.pullRequest == number && !$0.isGone }?.commit
        let described = pullRequests?.first { $0.number == number }?.commit
        guard let head = listed ?? described else {
            throw .conflict("no listing of the repository has shown the commits of pull request #\(number) yet")
        }
        guard commit == listed || commit == described else {
            throw .conflict(
                "pull request #\(number) is at \(head.short) by now, not at \(commit.short): look at it again")
        }
        await saving.take()
        defer { saving.pass() }
        guard stored.allowances?[name]?.commit != commit else { return }
        let allowance = ForkAllowance(commit: commit, by: person, at: parts.now())
        let message = "\(person) allowed \(commit.short) of pull request #\(number)"
        var changed = stored
        changed.allowances = (changed.allowances ?? [:]).merging([name: allowance]) { $1 }
        do throws(StageFailure) {
            try await parts.kept { [changed, parts, project] ledger in
                try await ledger.save(
                    refs: [], removing: [], of: changed,
                    events: [
                        NewEvent(
                            at: parts.now(), project: project, environment: name, kind: "environment.allowed",
                            message: message)
                    ])
            }
        } catch {
            throw .unavailable(error.message)
        }
        stored.allowances = changed.allowances
        wake.ring()
        parts.changes.notify()
    }

    /// Forgets what was allowed of pull requests that are closed.
    func forgetAllowances() async {
        guard let allowances = stored.allowances, !allowances.isEmpty, hasListing else { return }
        guard let requests = source.isAsked ? pullRequests : knownRequests([]) else { return }
        let open = Set(requests.filter(\.isOpen).map { EnvironmentName.pullRequest($0.number) })
        let kept = allowances.filter { open.contains($0.key) || workers[$0.key] != nil }
        guard kept != allowances else { return }
        stored.allowances = kept
        await save(changed: [], removing: [], events: [])
    }
}
