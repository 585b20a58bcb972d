import Crypto
import HTTPClient
import Lifecycle
package import Model
import Synchronization

/// A GitHub App and where it is installed.
package struct GitHubApp: Sendable {
    /// Its id or client id.
    let id: String
    /// The number of its installation; nil: the one on the repository at hand.
    let installation: Int?
    /// Reads its private key, when a token is needed.
    let key: @Sendable () throws(StageFailure) -> Secret<String>

    /// An app as given.
    package init(id: String, installation: Int?, key: @escaping @Sendable () throws(StageFailure) -> Secret<String>) {
        self.id = id
        self.installation = installation
        self.key = key
    }
}

/// Gets the tokens of GitHub Apps' installations: one for each, shared by everything that needs it.
///
/// docs.github.com, "Authenticating as a GitHub App installation". Everything happens one after the other on one
/// thread, so that nobody asks for a second token while the first is on its way.
package final class AppTokens: Sendable {
    private let pool = BlockingPool(name: "slipway.apps", width: 1)
    private let state = Mutex(State())

    private struct State {
        var installations: [Place: Int] = [:]
        var tokens: [Installation: Held] = [:]
    }

    private struct Place: Hashable {
        let app: String
        let repository: HostRepository
    }

    private struct Installation: Hashable {
        let api: String
        let app: String
        let number: Int
    }

    private struct Held {
        let token: Secret<String>
        let renewal: Deadline
    }

    /// A token lasts an hour; so what begins with it has ten minutes at least.
    private static let life = Duration.seconds(50 * 60)
    /// How long a call may take, and how much an answer may have.
    private static let callLimit = Duration.seconds(20)
    private static let answerLimit = 1 << 20

    /// No token is held.
    package init() {}

    /// The token with which an app gets at a repository: the one that is held, or a new one.
    package func token(
        of app: GitHubApp, for repository: HostRepository
    ) async throws(StageFailure) -> Secret<String> {
        let cancellation = Cancellation()
        return try await pool.run(
            onCancel: { cancellation.cancel() },
            { [self] () throws(StageFailure) in
                try token(of: app, for: repository, Calls(repository: repository, cancellation: cancellation))
            })
    }

    /// A host did not know a token; true when it was one of these, and another one can be had.
    package func forget(_ token: Secret<String>) -> Bool {
        state.withLock { state in
            let count = state.tokens.count
            state.tokens = state.tokens.filter { $0.value.token != token }
            return state.tokens.count < count
        }
    }

    private func token(
        of app: GitHubApp, for repository: HostRepository, _ calls: Calls
    ) throws(StageFailure) -> Secret<String> {
        let place = Place(app: app.id, repository: repository)
        var number = app.installation ?? state.withLock { $0.installations[place] }
        if let known = number, let held = held(app, repository, known) { return held }
        let assertion = try AppAssertion.signed(app, now: WallClock.milliseconds() / 1000, for: repository)
        if number == nil {
            number = try calls.perform(GitHubAPI.installation(on: repository), assertion)["id"]?.integer
        }
        guard let number else { throw .hostAnswered(repository, GitHubAPI.installation(on: repository), "no number") }
        state.withLock { $0.installations[place] = number }
        // It may be the installation of another repository, whose token is there already.
        if let held = held(app, repository, number) { return held }
        let call = GitHubAPI.token(of: number)
        guard let text = try calls.perform(call, assertion)["token"]?.string, !text.isEmpty else {
            throw .hostAnswered(repository, call, "no token")
        }
        let held = Held(token: Secret(text), renewal: .after(Self.life))
        state.withLock {
            $0.tokens[Installation(api: repository.api, app: app.id, number: number)] = held
        }
        return held.token
    }

    private func held(_ app: GitHubApp, _ repository: HostRepository, _ number: Int) -> Secret<String>? {
        state.withLock { state in
            let held = state.tokens[Installation(api: repository.api, app: app.id, number: number)]
            return held.flatMap { $0.renewal.hasPassed ? nil : $0.token }
        }
    }

    /// Calls as the app itself.
    private struct Calls {
        let repository: HostRepository
        let cancellation: Cancellation

        func perform(_ call: HostCall, _ assertion: Secret<String>) throws(StageFailure) -> JSONValue {
            let headers = GitHubAPI.headers(.token(assertion)).map { HTTPHeader($0.name, $0.value) }
            let request = HTTPRequest(
                method: call.method, url: repository.api + call.target,
                headers: headers + [HTTPHeader("User-Agent", "slipway")], timeout: AppTokens.callLimit,
                bodyLimit: AppTokens.answerLimit, keepsConnection: false)
            let response: HTTPResponse
            do throws(HTTPClientError) {
                var session = try HTTPSession()
                response = try session.perform(request, cancellation: cancellation)
            } catch {
                throw .hostUnreachable(repository, call, error)
            }
            let document = JSONDocument(response.body)
            guard response.isSuccess else {
                throw .appRefused(
                    repository, call, response, message: HostClient.words(document?.root, response),
                    now: WallClock.milliseconds() / 1000)
            }
            guard let document else { throw .hostAnswered(repository, call, "something that is not JSON") }
            return document.root
        }
    }
}

extension GitHubAPI {
    /// The call, as the app, that finds its installation on a repository.
    static func installation(on repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/installation",
            purpose: "find the app's installation on the repository",
            permission: "metadata: read")
    }

    /// The call, as the app, that gives a token of an installation.
    static func token(of installation: Int) -> HostCall {
        HostCall(
            "POST", "/app/installations/\(installation)/access_tokens",
            purpose: "get a token for the app's installation",
            permission: "metadata: read")
    }
}
