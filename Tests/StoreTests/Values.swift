import Lifecycle
import Model
import SQLite

@testable import Store

// Values with every default filled in: a test mentions only what it is about.

let noon = Timestamp(milliseconds: 1_700_000_000_000)

private func made<Value>(_ value: Value?, _ what: String) -> Value {
    guard let value else { preconditionFailure("a test's value is not well formed: \(what)") }
    return value
}

extension ProjectName {
    static let shop = make("shop")

    static func make(_ text: String) -> Self { made(ProjectName(text), text) }
}

extension EnvironmentName {
    static func make(_ text: String) -> Self { made(EnvironmentName(text), text) }
}

extension EnvironmentID {
    static let staging = Self(project: .shop, name: .staging)
}

extension ObjectID {
    static func make(_ number: Int) -> Self {
        let digits = String(number, radix: 16)
        return made(ObjectID(String(repeating: "0", count: 40 - digits.count) + digits), digits)
    }
}

extension Digest {
    static func make(_ number: Int) -> Self {
        let digits = String(number, radix: 16)
        return made(Digest(String(repeating: "0", count: 64 - digits.count) + digits), digits)
    }
}

extension ImageID {
    static func make(_ number: Int) -> Self {
        made(ImageID(Digest.make(number).hex), "image \(number)")
    }
}

extension StoredProject {
    static func make(_ name: ProjectName = .shop) -> Self {
        let url = "https://git.example.com/acme/\(name).git"
        return StoredProject(name: name, remote: made(try? RemoteAddress(parsing: url), url), addedAt: noon)
    }
}

extension KnownRef {
    static func make(_ name: RefName = .branch("main"), commit: ObjectID = .make(1)) -> Self {
        KnownRef(
            name: name, target: commit, commit: commit, isBaseline: false, firstSeen: noon, movedAt: noon, sequence: 1)
    }
}

extension EnvironmentRecord {
    static func make(_ name: EnvironmentName = .staging, project: ProjectName = .shop) -> Self {
        EnvironmentRecord(
            id: EnvironmentID(project: project, name: name), kind: .staging, ref: .branch("main"), createdAt: noon)
    }
}

extension Release {
    static func make(_ number: Int = 1, content: Int = 1) -> Self {
        let service = ReleasedService(
            name: "web", definition: ServiceDefinition(), image: .make(number), buildKey: .make(number))
        return Release(id: .make(number), services: [service], content: .make(content))
    }
}

extension NewDelivery {
    static func make(_ id: String = "1", project: ProjectName = .shop, at: Timestamp = noon) -> Self {
        NewDelivery(
            project: project, host: "github", deliveryID: id, event: "push", receivedAt: at,
            ref: RefName(bytes: Array("refs/heads/".utf8) + [0xff]), announced: .make(1))
    }
}

extension NewEvent {
    static func make(_ message: String = "it happened", project: ProjectName? = .shop) -> Self {
        NewEvent(at: noon, project: project, environment: nil, kind: "ref.moved", message: message)
    }
}

extension StageFailure {
    static func make() -> Self {
        StageFailure(
            reason: .buildFailed, verdict: .stall, message: "the build of 'web' failed", hint: "look at line 3",
            output: ["1", "2"])
    }
}

extension Ledger {
    /// A deployment that has come to this state.
    func makeDeployment(
        _ state: DeploymentState = .queued, in environment: EnvironmentID = .staging, release: Digest? = nil
    ) throws(SQLiteError) -> Deployment {
        var deployment = try beginDeployment(
            environment: environment, kind: .staging, commit: .make(1), ref: nil, cause: "test", at: noon)
        deployment.state = state
        deployment.release = release
        try save(deployment)
        return deployment
    }

    /// Lets the database grow to that many pages: a disk that is full.
    func limitPages(_ count: Int) throws(SQLiteError) {
        try read { (connection) throws(SQLiteError) in
            _ = try connection.first("PRAGMA max_page_count = \(count)") { $0.integer(0) }
        }
    }

    /// How many rows a table has.
    func count(_ table: String) throws(SQLiteError) -> Int64 {
        try read { (connection) throws(SQLiteError) in
            try connection.first("SELECT count(*) FROM \(table)") { $0.integer(0) } ?? 0
        }
    }

    /// Runs statements as they are.
    func script(_ sql: String) throws(SQLiteError) {
        try read { (connection) throws(SQLiteError) in try connection.script(sql) }
    }
}
