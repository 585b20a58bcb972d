import Model

/// Which pull requests from forks have a preview, and what each waits for.
///
/// A fork's commit runs only where the policy says `forks: ask` and a person has allowed that very commit.
struct ForkChoice {
    /// Those that may have one now.
    private(set) var claims: [PreviewClaim] = []
    /// The wishes for the others: they wait for a person, or go.
    private(set) var others: [EnvironmentWish] = []
    /// How many of those that wait still run an earlier commit.
    private(set) var occupied = 0

    private let situation: Situation
    private let policy: PreviewPolicy?

    /// - Parameter settled: the environments that are decided about already.
    init(policy: PreviewPolicy?, settled: Set<EnvironmentName>, in situation: Situation) {
        self.situation = situation
        self.policy = policy
        let requests = (situation.facts.pullRequests ?? []).filter { $0.isFork && $0.isOpen }
            .sorted { $0.number > $1.number }
        var done = settled
        // Waiting costs nothing but a line; a flood of pull requests is not to fill the listing.
        var room = policy?.limit ?? 0
        for request in requests where exclusion(of: request) == nil {
            let name = EnvironmentName.pullRequest(request.number)
            guard !done.contains(name) else { continue }
            let record = situation.record(name)
            switch finding(of: request, name: name, record: record) {
            case .claim(let claim):
                claims.append(claim)
            case .waiting(let wish):
                guard record != nil || room > 0 else { continue }
                room -= 1
                if record?.live != nil { occupied += 1 }
                others.append(wish)
            case .nothing:
                continue
            }
            done.insert(name)
        }
        for record in situation.facts.environments where record.isFork && !done.contains(record.id.name) {
            others.append(leftover(record))
        }
    }

    private enum Finding {
        case claim(PreviewClaim)
        case waiting(EnvironmentWish)
        case nothing
    }

    private func finding(of request: PullRequest, name: EnvironmentName, record: EnvironmentRecord?) -> Finding {
        func waiting(_ ref: RefName?, _ commit: ObjectID?, _ gate: Gate) -> Finding {
            .waiting(.waiting(situation.id(name), kind: .preview, ref: ref, commit: commit, gates: [gate]))
        }
        let said = "pull request #\(request.number)"
        guard let ref = head(of: request) else {
            return waiting(
                nil, request.commit,
                Gate(
                    kind: .allowance,
                    blocker:
                        "the commits of \(said) are in a fork alone: \(situation.facts.forks.host?.title ?? "its host") "
                        + "keeps no ref for them in the repository",
                    remedy: "push its branch to the repository itself"))
        }
        guard let known = situation.present(ref) else {
            return waiting(
                ref, request.commit,
                Gate(kind: .facts, blocker: "\(ref) has not been seen in a listing of the repository yet"))
        }
        let isRequested = situation.request(for: name, following: known) != nil
        if !isRequested, situation.facts.dismissed[name] == known.commit { return .nothing }
        let allowance = situation.facts.forks.allowances[name].flatMap { $0.commit == known.commit ? $0 : nil }
        if allowance != nil || isRequested {
            let words = allowance.map { "\(printable($0.by.utf8)) allowed" + (unfiltered.map { "; \($0)" } ?? "") }
            return .claim(PreviewClaim(ref: known, exists: record != nil, allowed: words, in: situation))
        }
        let command = "`slipway allow \(situation.project) \(name)`"
        let comment = situation.facts.forks.isDescribed ? "comment `/slipway allow` on it, or run " : "run "
        let before = record?.live.map { "; until then it runs \($0.commit.short)" } ?? ""
        return waiting(
            ref, known.commit,
            Gate(
                kind: .allowance,
                blocker:
                    "a person with write access must allow \(known.commit.short) of \(said), which comes from a fork"
                    + before,
                remedy: comment + command))
    }

    /// The ref that has a fork's commits in the repository itself.
    private func head(of request: PullRequest) -> RefName? {
        if let host = situation.facts.forks.host { return host.head(ofPullRequest: request.number) }
        // Nobody says what kind of host it is: what it has tells.
        return GitHostKind.allCases.compactMap { $0.head(ofPullRequest: request.number) }
            .first { situation.known($0) != nil }
    }

    /// What people must know where filters are set and cannot be applied.
    private var unfiltered: String? {
        guard !situation.facts.forks.isDescribed, policy?.filter.isOpen == false else { return nil }
        return "its title, labels and draft flag are not known without a token for the host's API, so no filter applies"
    }

    /// Why no commit of a pull request may have a preview; nil when one may.
    private func exclusion(of request: PullRequest) -> String? {
        guard let policy else { return "\(Manifest.fileName) switches previews off" }
        guard policy.pullRequests else { return "\(Manifest.fileName) gives pull requests no preview" }
        guard policy.forks == .ask else { return "\(Manifest.fileName) says forks: \(policy.forks.rawValue)" }
        return situation.refusal(of: request, by: policy).map { "pull request #\(request.number) \($0)" }
    }

    /// A fork's preview that is there and has no claim.
    private func leftover(_ record: EnvironmentRecord) -> EnvironmentWish {
        let number = record.id.name.pullRequest ?? 0
        func leaving(_ reason: String) -> EnvironmentWish {
            EnvironmentWish(
                environment: record.id, kind: .preview, ref: record.ref, intent: .delete, reason: reason)
        }
        guard let requests = situation.facts.pullRequests else {
            return .waiting(
                record.id, kind: .preview, ref: record.ref, commit: nil,
                gates: [Gate(kind: .facts, blocker: "it is not known yet whether pull request #\(number) is open")])
        }
        guard let request = requests.first(where: { $0.number == number && $0.isFork }), request.isOpen else {
            // A complete listing does not have it, and it was not closed too long ago to be remembered.
            return leaving("pull request #\(number) is closed")
        }
        return leaving(exclusion(of: request) ?? "pull request #\(number) has no preview any more")
    }
}

extension EnvironmentRecord {
    /// Whether it is the preview of a fork's pull request: no branch's has such a name.
    var isFork: Bool { id.name.pullRequest != nil }
}

extension Situation {
    /// Why the policy's filter refuses a pull request; nil when it does not, or nothing is known that it could go by.
    func refusal(of request: PullRequest, by policy: PreviewPolicy) -> String? {
        facts.forks.isDescribed ? policy.filter.refusal(of: request) : nil
    }
}
