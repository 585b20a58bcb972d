import GitHosts
import Lifecycle
import Model
import Store

/// Knows one project's pull requests as its host's API describes them: asked at every poll, and when a delivery says so.
struct PullRequestWatch: Service {
    let link: HostLink
    let interval: Duration
    let loop: ProjectLoop
    /// Does what comments ask for.
    let commands: PullRequestCommands
    let parts: DaemonParts

    var name: String { "pull requests of \(link.project)" }

    /// The time between two looks, however many deliveries ask for one.
    private static let pause = Duration.seconds(2)

    /// How many pull requests that were closed are asked about in one look.
    private static let detailLimit = 50

    func run(until stop: StopSignal) async throws {
        let rest = Wake()
        stop.onRaise {
            rest.ring()
            link.look.ring()
        }
        await remind()
        var failures = 0
        while !stop.isRaised {
            do throws(StageFailure) {
                try await look()
                failures = 0
                note(.listing, nil)
                await rest.wait(until: .after(Self.pause))
                await link.look.wait(until: .after(interval))
            } catch {
                failures += 1
                note(.listing, error)
                var pause = parts.pause(afterFailures: failures)
                if case .retry(let told?) = error.verdict { pause = told }
                await link.look.wait(until: .after(pause))
            }
        }
    }

    /// What was known before the start counts until the host has answered: unknown is not empty.
    private func remind() async {
        let known = try? await parts.kept { _ in try await link.ledger.pullRequests(of: link.project) }.map(\.request)
        if let known, !known.isEmpty { await loop.take(pullRequests: known) }
    }

    private func look() async throws(StageFailure) {
        let known = try await parts.kept { _ in try await link.ledger.pullRequests(of: link.project) }.map(\.request)
        let listing = try await link.client.listOpenPullRequests()
        var found = listing.requests
        // Who is not listed any more is described once more: its head may have moved just before it was closed.
        for number in PullRequestChanges.vanished(known, found).prefix(Self.detailLimit) {
            if let request = try await link.client.pullRequest(number) { found.append(request) }
        }
        // Bitbucket tells twelve digits of a commit; Git tells the rest.
        for index in found.indices where found[index].commit == nil && !found[index].isFork {
            found[index].commit = await loop.tip(of: found[index].head)
        }
        let update = PullRequestChanges.folding(found, into: known)
        if !update.changed.isEmpty || !update.forgotten.isEmpty {
            try await parts.kept { _ in
                try await link.ledger.save(
                    pullRequests: update.changed, removing: update.forgotten, of: link.project)
            }
        }
        await loop.take(pullRequests: update.known)
        if !update.changed.isEmpty { parts.changes.notify() }
        // What is wrong with comments delays no listing: they are read again at the next look.
        do throws(StageFailure) {
            try await commands.follow(listing)
            note(.comments, nil)
        } catch {
            note(.comments, error)
        }
    }

    private func note(_ duty: HostLink.Duty, _ failure: StageFailure?) {
        guard link.note(duty, failure), failure?.verdict != .cancelled else { return }
        if let failure {
            parts.log.warning(failure.message, ("project", link.project.rawValue), ("reason", failure.reason.rawValue))
        }
        parts.changes.notify()
    }
}

/// What follows from a complete listing of open pull requests: pure.
enum PullRequestChanges {
    /// How many closed pull requests are remembered: the newest.
    static let closedLimit = 200

    /// What a listing leads to.
    struct Update: Sendable, Hashable {
        /// Every pull request that is remembered, ordered by number.
        var known: [PullRequest]
        /// Those that are new or differ.
        var changed: [PullRequest]
        /// The numbers of those that are forgotten.
        var forgotten: [Int]
    }

    /// The numbers of those that were open and are not listed any more.
    static func vanished(_ known: [PullRequest], _ open: [PullRequest]) -> [Int] {
        let listed = Set(open.map(\.number))
        return known.filter { $0.isOpen && !listed.contains($0.number) }.map(\.number)
    }

    /// Folds what the host described into what is known. Who is not among it is closed, at the head last seen.
    static func folding(_ open: [PullRequest], into known: [PullRequest]) -> Update {
        var byNumber = Dictionary(known.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        var changed: [PullRequest] = []
        let listed = Set(open.map(\.number))
        for request in open where byNumber[request.number] != request {
            byNumber[request.number] = request
            changed.append(request)
        }
        for request in known where request.isOpen && !listed.contains(request.number) {
            var closed = request
            closed.isOpen = false
            byNumber[request.number] = closed
            changed.append(closed)
        }
        let closed = byNumber.values.filter { !$0.isOpen }.map(\.number).sorted(by: >)
        let forgotten = Array(closed.dropFirst(closedLimit))
        for number in forgotten { byNumber[number] = nil }
        return Update(
            known: byNumber.values.sorted { $0.number < $1.number },
            changed: changed.filter { byNumber[$0.number] != nil }.sorted { $0.number < $1.number },
            forgotten: forgotten.sorted())
    }
}
