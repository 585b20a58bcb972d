import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

/// What the engine has, asked of the engine itself.
extension Scene {
    /// A container as the engine lists it.
    struct Container: Decodable {
        let Id: String
        let Names: [String]
        let State: String
        let Labels: [String: String]
    }

    /// What identifies one run of a container.
    struct Run: Decodable, Hashable {
        struct State: Decodable, Hashable {
            let StartedAt: String
            let Pid: Int32
        }
        let Id: String
        let State: State
    }

    private struct Network: Decodable { let Name: String }

    private var instance: String? {
        let data = FileManager.default.contents(atPath: directory.path(of: "state/instance"))
        return data.map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
    }

    /// The containers of this daemon, or of one of its environments.
    func containers(of environment: String? = nil) -> [Container] {
        labelled([Container].self, "/v1.40/containers/json?all=1&", environment) ?? []
    }

    /// The networks of this daemon, or of one of its environments.
    func networks(of environment: String? = nil) -> [String] {
        labelled([Network].self, "/v1.40/networks?", environment)?.map(\.Name) ?? []
    }

    /// How many of something the engine has, whoever made it.
    func count(of path: String, _ member: String?) -> Int {
        struct Anything: Decodable {}
        guard let answer = try? host.ask("GET", path), answer.isSuccess else { return -1 }
        let data = Data(answer.body)
        guard let member else { return (try? JSONDecoder().decode([Anything].self, from: data))?.count ?? -1 }
        return (try? JSONDecoder().decode([String: [Anything]?].self, from: data))?[member].flatMap { $0 }?.count ?? 0
    }

    private func labelled<Value: Decodable>(_ type: Value.Type, _ path: String, _ environment: String?) -> Value? {
        guard let instance else { return nil }
        let labels = ["\(Label.instance)=\(instance)"] + (environment.map { ["\(Label.environment)=\($0)"] } ?? [])
        guard let filters = try? JSONEncoder().encode(["label": labels]) else { return nil }
        // Everything but letters and digits is escaped: RFC 3986, 2.1.
        let query = filters.map { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        guard let answer = try? host.ask("GET", path + "filters=" + query.joined()), answer.isSuccess else {
            return nil
        }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    /// Every container of this daemon with the moment it was started.
    func runs() throws -> Set<Run> {
        Set(
            try containers().map { container in
                let answer = try host.ask("GET", "/v1.40/containers/\(container.Id)/json")
                return try JSONDecoder().decode(Run.self, from: Data(answer.body))
            })
    }

    /// The one container of an environment, once there is only one.
    func onlyContainer(
        of environment: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Container {
        var found: [Container] = []
        try await eventually("\(environment) has one container", sourceLocation: sourceLocation) {
            found = containers(of: environment)
            return found.count == 1
        }
        return try #require(found.first, sourceLocation: sourceLocation)
    }

    /// Removes a container as somebody at the keyboard would.
    func remove(_ id: String) { _ = try? host.ask("DELETE", "/v1.40/containers/\(id)?force=1&v=1") }
}
