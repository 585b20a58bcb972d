import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

/// What people and scripts ask of the daemon.
extension Scene {
    /// Asks the daemon's Unix socket; nil when there is no answer.
    func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [HTTPHeader] = []
    ) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        return try? session.perform(
            HTTPRequest(
                method: method, socketPath: directory.path(of: "slipway.sock"), url: "http://localhost\(path)",
                headers: headers, body: body.map { .bytes($0) } ?? .none, timeout: .seconds(60), keepsConnection: false
            ))
    }

    /// Asks the API and decodes the answer.
    func get<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
        guard let answer = ask("GET", "/api/v1" + path), answer.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    /// Carries out a wish about an environment.
    func wish(_ verb: String, of environment: String, _ fields: [String: String] = [:]) throws {
        let answer = ask(
            "POST", "/api/v1/projects/shop/environments/\(environment)/\(verb)",
            body: fields.isEmpty ? nil : Array(try JSONEncoder().encode(fields)),
            headers: fields.isEmpty ? [] : [HTTPHeader("Content-Type", "application/json")])
        let words = answer.map { String(decoding: $0.body, as: UTF8.self) } ?? "no answer"
        #expect(answer?.isSuccess == true, "\(verb) \(environment): \(words)")
    }

    /// The parts that `/readyz` says are not ready.
    func unreadyParts() -> [Readiness.Part] {
        guard let answer = ask("GET", "/readyz"),
            let readiness = try? JSONDecoder().decode(Readiness.self, from: Data(answer.body))
        else { return [] }
        return readiness.parts.filter { !$0.isReady }.map(\.part)
    }

    /// The project as it is shown.
    func project() -> ProjectStatus? { get(ProjectStatus.self, "/projects/shop") }

    /// An environment as it is shown; nil when there is none.
    func environment(_ name: String) -> EnvironmentStatus? {
        get(EnvironmentStatus.self, "/projects/shop/environments/\(name)")
    }

    /// Every environment as it is shown.
    func environments() -> [EnvironmentStatus] { project()?.environments ?? [] }

    /// The environment that follows a branch.
    func environment(following branch: String) -> EnvironmentStatus? {
        environments().first { $0.ref == .branch(branch) }
    }

    /// The builds so far, newest first.
    func builds() -> [BuildRecord] { get([BuildRecord].self, "/projects/shop/builds?limit=200") ?? [] }

    /// The deployments so far, newest first.
    func history(of environment: String) -> [Deployment] {
        get([Deployment].self, "/projects/shop/history?environment=\(environment)&limit=200") ?? []
    }

    /// The sentences and remedies of `why`.
    func why(_ environment: String) -> String {
        let answer = get(Explanation.self, "/projects/shop/environments/\(environment)/why")
        return ((answer?.sentences ?? []) + (answer?.remedies ?? [])).joined(separator: "\n")
    }

    /// Waits until a commit is live somewhere, and returns that environment.
    @discardableResult
    func live(
        _ commit: ObjectID, in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> EnvironmentStatus {
        var found: EnvironmentStatus?
        try await eventually("\(commit.short) is live in \(name)", sourceLocation: sourceLocation) {
            found = environment(name)
            return found?.commit == commit && found?.progress != .deploying && found?.health == .healthy
        }
        return try #require(found, sourceLocation: sourceLocation)
    }

    /// Waits until a deployment of a commit has failed, and returns why.
    func failure(
        of commit: ObjectID, in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> FailureRecord {
        var found: Deployment?
        try await eventually("\(commit.short) failed in \(name)", sourceLocation: sourceLocation) {
            found = environment(name)?.deployment
            return found?.commit == commit && found?.state == .failed
        }
        return try #require(found?.failure, sourceLocation: sourceLocation)
    }
}
