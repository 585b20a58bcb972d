import GitHosts
import Lifecycle
import Model
import Store
import Synchronization

/// Reads the comments of one project's open pull requests, and does what people with write access ask for in them.
///
/// A delivery only makes it look sooner. Each comment acts once, and only where its author may write to the repository, by
/// the host's word at that moment. What came of it is remembered, and shown in the one comment by ``HostReporter``.
struct PullRequestCommands: Sendable {
    let link: HostLink
    let loop: ProjectLoop
    let control: any Control
    let parts: DaemonParts
    /// Who may ask.
    let writers = Writers()

    /// How many pull requests' comments are read in one look; the others' at the next.
    private static let readLimit = 50
    /// How many commands of one pull request are taken up in one look.
    private static let commandLimit = 20
    /// Comments this much older than the last look are read again: a host may show one late.
    private static let overlap = Duration.seconds(120)

    /// What was asked for longer ago than this is past: nobody waits for it any more.
    private static let patience = Duration.seconds(24 * 3600)

    /// Follows a complete listing.
    func follow(_ listing: HostClient.OpenPullRequests) async throws(StageFailure) {
        // The host's clock orders heads and comments; without it, ours.
        let now = listing.at ?? parts.now()
        let known = try await kept { try await link.ledger.commentReads(of: link.project) }
        // Records that were put back do not have what was asked for since: nothing is obeyed a second time.
        let isInDoubt = await loop.doubt != nil
        var reads = CommentReads(known: known, listing: listing, now: now, startsAnew: isInDoubt)
        if !reads.changed.isEmpty || !reads.forgotten.isEmpty {
            try await save(reads.changed, removing: reads.forgotten)
        }
        guard !isInDoubt else { return }
        for number in reads.due.prefix(Self.readLimit) {
            guard let request = listing.requests.first(where: { $0.number == number }),
                let place = reads.places[number]
            else { continue }
            let since = max(
                reads.start, place.readAt.advanced(by: .zero - Self.overlap), now.advanced(by: .zero - Self.patience))
            // Those beyond a limit are found again.
            let pushed = listing.pushes[number]
            guard try await take(request, place, since: since, pushed: pushed) else { continue }
            try await save([reads.read(number)], removing: [])
        }
    }

    /// Takes up what the comments of one pull request ask for; false where some are left for the next look.
    private func take(
        _ request: PullRequest, _ place: CommentRead, since: Timestamp, pushed: Timestamp?
    ) async throws(StageFailure) -> Bool {
        let comments = try await link.client.comments(on: request.number, since: since)
        let asked = comments.compactMap { comment in
            CommentCommand.words(in: comment.text).map { (comment, $0) }
        }
        guard !asked.isEmpty else { return true }
        let known = try await kept { try await link.ledger.commands(of: link.project) }
            .filter { $0.number == request.number }
        let done = Set(known.filter { $0.outcome != nil }.map(\.comment))
        let begun = Set(known.filter { $0.outcome == nil }.map(\.comment))
        let open = asked.filter { !done.contains($0.0.id) }
        guard !open.isEmpty else { return true }
        // Comments are newer than the listing: where the head has moved since, it is looked at again next time.
        guard let described = try await link.client.pullRequest(request.number) else { return true }
        guard described.isOpen, described.commit == request.commit else { return false }
        var (acted, isComplete) = (0, true)
        for (comment, words) in open {
            guard acted < Self.commandLimit, let mayWrite = try await writers.mayWrite(comment.author, link.client)
            else {
                isComplete = false
                continue
            }
            var command = CommentCommand(
                comment: comment.id, number: request.number, word: words.word, commit: words.commit,
                author: comment.author.name, writtenAt: comment.writtenAt)
            guard mayWrite else {
                // One record stands for all of them: a flood leaves nothing behind.
                guard !done.contains(CommentCommand.forbidden) else { continue }
                (command.comment, command.isForbidden) = (CommentCommand.forbidden, true)
                command.outcome = "it takes write access"
                try await save(command)
                parts.changes.notify()
                continue
            }
            acted += 1
            let isBegun = begun.contains(comment.id)
            if !isBegun { try await save(command) }
            let wasCurrent =
                request.commit.map {
                    CommentReads.wasCurrent($0, at: comment.writtenAt, place, pushed: pushed)
                } ?? false
            command.outcome = try await outcome(
                of: command, request, wasCurrent: wasCurrent, isBegun: isBegun)
            try await save(command)
            parts.log.info(
                "/slipway \(command.word.rawValue): \(command.outcome ?? "")", ("project", link.project.rawValue),
                ("pull request", "\(request.number)"), ("author", command.author))
            parts.changes.notify()
        }
        writers.forget()
        return isComplete
    }

    private func outcome(
        of command: CommentCommand, _ request: PullRequest, wasCurrent: Bool, isBegun: Bool
    ) async throws(StageFailure) -> String {
        // Everything else says how things should be, and can be said twice.
        if isBegun, command.word == .redeploy { return "Slipway was restarted over it; ask again if it is needed" }
        let name: EnvironmentName? =
            request.isFork ? .pullRequest(request.number) : await loop.environment(following: request.head)
        guard let name else { return "this pull request has no preview" }
        let id = EnvironmentID(project: link.project, name: name)
        do throws(RequestProblem) {
            switch command.word {
            case .allow: return try await allow(command, request, wasCurrent: wasCurrent, id)
            case .redeploy: return try await control.redeploy(id)
            case .stop:
                try await control.stop(id, by: command.author)
                return "it is switched off; `/slipway start` runs it again"
            case .start:
                try await control.start(id)
                return "it is switched on"
            case .delete:
                try await control.delete(id)
                return "it is removed; the next push brings it back"
            case .why:
                let answer = try await control.explanation(of: id)
                return (answer.sentences + answer.remedies).prefix(Self.sentenceLimit).joined(separator: "; ")
            }
        } catch {
            // Not now: it is looked at again.
            if error.status == 503 {
                throw StageFailure(reason: .other, verdict: .retry(after: nil), message: error.detail)
            }
            return error.detail
        }
    }

    private static let sentenceLimit = 6

    private func allow(
        _ command: CommentCommand, _ request: PullRequest, wasCurrent: Bool, _ id: EnvironmentID
    ) async throws(RequestProblem) -> String {
        guard request.isFork else { return "it comes from a branch of the repository itself, and waits for nobody" }
        guard let head = request.commit else { return "its commit is not known: the host told an abbreviation only" }
        if let named = command.commit {
            guard named == head else { return "the pull request is at \(head.short), not at \(named.short)" }
        } else if !wasCurrent {
            // Somebody may have pushed between the comment and now; who wrote it has not seen this commit.
            return "\(head.short) was pushed after that was written, or so shortly before that nobody can tell; "
                + "look at it, and comment `/slipway allow \(head.hex)`"
        }
        try await control.allow(head, in: id, by: command.author)
        return "\(head.short) is allowed"
    }

    private func save(_ reads: [CommentRead], removing: [Int]) async throws(StageFailure) {
        try await kept { try await link.ledger.save(commentReads: reads, removing: removing, of: link.project) }
    }

    private func save(_ command: CommentCommand) async throws(StageFailure) {
        try await kept { try await link.ledger.save(command, of: link.project) }
    }

    private func kept<Value: Sendable>(_ body: () async throws -> Value) async throws(StageFailure) -> Value {
        try await parts.kept { _ in try await body() }
    }
}

/// Who may write to the repository, by the host's word: asked anew in each look, but for those who may not.
final class Writers: Sendable {
    private struct State {
        /// Those who may not, and until when that is believed.
        var others: [SpokenComment.Author: Deadline] = [:]
        /// What was heard in this look.
        var heard: [SpokenComment.Author: Bool] = [:]
    }

    private let state = Mutex(State())

    /// How many accounts are asked about in one look.
    private static let askLimit = 20
    /// How long somebody who may not write is not asked about again.
    private static let rest = Duration.seconds(60)
    /// How many of those are remembered.
    private static let otherLimit = 10_000

    /// Whether an account may write; nil where too many were asked about in this look.
    func mayWrite(_ author: SpokenComment.Author, _ client: HostClient) async throws(StageFailure) -> Bool? {
        let (known, isExhausted) = state.withLock { state -> (Bool?, Bool) in
            if let until = state.others[author], !until.hasPassed { return (false, false) }
            return (state.heard[author], state.heard.count >= Self.askLimit)
        }
        if let known { return known }
        if isExhausted { return nil }
        let mayWrite = try await client.mayWrite(author)
        state.withLock { state in
            state.heard[author] = mayWrite
            if state.others.count >= Self.otherLimit { state.others.removeAll() }
            state.others[author] = mayWrite ? nil : .after(Self.rest)
        }
        return mayWrite
    }

    /// A look is over: who may write is asked anew in the next.
    func forget() { state.withLock { $0.heard.removeAll() } }
}

/// How far comments are read after a listing: pure.
struct CommentReads: Sendable {
    /// Comments written before are for nobody: Slipway did not look yet.
    let start: Timestamp
    /// Every open pull request's place, with its head as listed.
    private(set) var places: [Int: CommentRead] = [:]
    /// The places that are new or differ.
    private(set) var changed: [CommentRead] = []
    /// The pull requests that were closed too long ago to be remembered.
    private(set) var forgotten: [Int] = []
    /// The pull requests whose comments may be new, the least number first.
    private(set) var due: [Int] = []
    private let versions: [Int: String]
    private let now: Timestamp

    /// How many closed pull requests' places are remembered: one that is reopened is read from where it was.
    private static let closedLimit = 200

    /// - Parameter startsAnew: nothing that was written before counts.
    init(known: [Int: CommentRead], listing: HostClient.OpenPullRequests, now: Timestamp, startsAnew: Bool = false) {
        versions = listing.versions
        self.now = now
        // The project's own place: from when comments count, and the highest number that was ever listed.
        let before = known[0]
        // Hosts cut moments to seconds: what was written in this very second may have been written before.
        let next = now.advanced(by: .seconds(1))
        var own = before ?? CommentRead(number: 0, readAt: next)
        if startsAnew { own.readAt = next }
        start = own.readAt
        let highest = own.version.flatMap { Int($0) }
        for request in listing.requests {
            // What is opened anew is no news: its old comments have had their turn.
            let isNew = request.number > highest ?? 0
            var place =
                known[request.number] ?? CommentRead(number: request.number, readAt: isNew ? own.readAt : next)
            if place.head != request.commit { (place.head, place.headSeen) = (request.commit, now) }
            places[request.number] = place
            if place != known[request.number] { changed.append(place) }
            // A host that says nothing of comments in its listing is asked each time.
            let version = listing.versions[request.number]
            if version == nil || version != place.version { due.append(request.number) }
        }
        own.version = String(max(highest ?? 0, listing.requests.map(\.number).max() ?? 0))
        if own != before { changed.append(own) }
        let closed = known.keys.filter { $0 != 0 && places[$0] == nil }.sorted(by: >)
        forgotten = Array(closed.dropFirst(Self.closedLimit))
        due.sort()
    }

    /// The place of a pull request whose comments have been read.
    mutating func read(_ number: Int) -> CommentRead {
        var place = places[number] ?? CommentRead(number: number, readAt: now)
        (place.version, place.readAt) = (versions[number], now)
        places[number] = place
        return place
    }

    /// Whether a pull request was surely at that head when a comment was written: it had been listed there before.
    ///
    /// Hosts cut moments to seconds, so what was listed in the same second counts as later.
    ///
    /// - Parameter pushed: when somebody last pushed to where it comes from, where that is known. What was pushed since may
    ///   have been another commit and this one again.
    static func wasCurrent(
        _ head: ObjectID, at written: Timestamp, _ place: CommentRead, pushed: Timestamp? = nil
    ) -> Bool {
        guard place.head == head, let seen = place.headSeen else { return false }
        if let pushed, pushed >= written { return false }
        return written >= seen.advanced(by: .seconds(1))
    }
}
