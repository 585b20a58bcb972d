package import Model

extension HostClient {
    /// Every open pull request as one complete listing shows it.
    package struct OpenPullRequests: Sendable {
        /// The pull requests.
        package var requests: [PullRequest] = []
        /// What changes whenever somebody comments on one, by number.
        package var versions: [Int: String] = [:]
        /// When somebody last pushed to where one comes from, by number, as far as the host says.
        package var pushes: [Int: Timestamp] = [:]
        /// When the listing began, by the host's clock; nil where it does not say.
        package var at: Timestamp?

        /// A listing without an entry.
        package init(at: Timestamp? = nil) { self.at = at }
    }

    /// Every open pull request. A page that cannot be read fails it all: unknown is not empty.
    ///
    /// A page that has not changed since the last time costs the host nothing to say so.
    package func listOpenPullRequests() async throws(StageFailure) -> OpenPullRequests {
        let (entries, at) = try await listing(isConditional: true) { api.pullRequests(page: $0, in: repository) }
        var listing = OpenPullRequests(at: at)
        for entry in entries {
            guard let request = api.pullRequest(entry) else { continue }
            listing.requests.append(request)
            listing.versions[request.number] = repository.kind.commentAPI.version(of: entry)
            listing.pushes[request.number] = repository.kind.commentAPI.lastPush(to: entry)
        }
        return listing
    }

    /// How many pages of comments are read at most where the newest come first.
    private static let newestPages = 2

    /// The comments that persons have written on a pull request since a moment and nobody has changed, oldest first.
    package func comments(on number: Int, since: Timestamp) async throws(StageFailure) -> [SpokenComment] {
        let comments = repository.kind.commentAPI
        let limit = comments.isNewestFirst ? Self.newestPages : Limit.pages
        let (entries, _) = try await listing(atMost: limit) { page in
            comments.comments(on: number, since: since, page: page, in: repository)
        }
        return entries.compactMap { comments.spoken($0) }.filter { $0.writtenAt >= since }
            .sorted { ($0.writtenAt, $0.id) < ($1.writtenAt, $1.id) }
    }

    /// Whether an account may write to the repository. Whom the host does not know as a member may not.
    package func mayWrite(_ author: SpokenComment.Author) async throws(StageFailure) -> Bool {
        let comments = repository.kind.commentAPI
        do throws(StageFailure) {
            let answer = try await exchange(comments.permission(of: author, in: repository)).document
            return answer.map { comments.mayWrite($0.root) } ?? false
        } catch {
            if error.reason == .hostHasNot { return false }
            throw error
        }
    }
}
