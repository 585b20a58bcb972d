import Model
import Promoter

/// One project as the Promoter sees it, built line by line; a test mentions only what it is about.
struct World {
    var facts: ProjectFacts
    private var sequence: Int64 = 0

    /// A project whose branch `main` is at commit 1 and was there from the start.
    init(policy: EnvironmentPolicies = .init(), defaultBranch: String? = "main") {
        facts = ProjectFacts(
            project: .shop, defaultBranch: defaultBranch.map { .branch($0) },
            confirmedDefaultBranch: defaultBranch.map { .branch($0) }, refs: [], policy: .known(policy))
        if let defaultBranch { branch(defaultBranch, at: 1, isBaseline: true) }
    }

    /// Adds or moves a branch.
    mutating func branch(_ short: String, at commit: Int, isBaseline: Bool = false, absences: Int = 0) {
        put(.branch(short), commit, isBaseline, absences, nil)
    }

    /// Adds a tag.
    mutating func tag(
        _ short: String, at commit: Int, isBaseline: Bool = false, absences: Int = 0, movedTo: Int? = nil
    ) {
        put(.tag(short), commit, isBaseline, absences, movedTo)
    }

    private mutating func put(
        _ name: RefName, _ commit: Int, _ isBaseline: Bool, _ absences: Int, _ movedTo: Int?
    ) {
        sequence += 1
        facts.refs.removeAll { $0.name == name }
        let at = Timestamp(milliseconds: sequence * 1000)
        facts.refs.append(
            KnownRef(
                name: name, target: .number(commit), commit: .number(commit), isBaseline: isBaseline, firstSeen: at,
                movedAt: at, sequence: sequence, absences: absences, movedTo: movedTo.map { .number($0) }))
    }

    /// Adds an environment, or changes the one there is.
    mutating func environment(
        _ name: String, kind: EnvironmentKind? = nil, ref: RefName? = nil, live: Int? = nil, healthy: [Int] = [],
        _ change: (inout EnvironmentRecord) -> Void = { _ in }
    ) {
        let id = EnvironmentID(project: .shop, name: .named(name))
        let found = facts.environments.firstIndex { $0.id == id }
        var record =
            found.map { facts.environments.remove(at: $0) }
            ?? EnvironmentRecord(
                id: id, kind: kind ?? EnvironmentKind(rawValue: name) ?? .preview, ref: ref,
                createdAt: Timestamp(milliseconds: 0))
        if let ref { record.ref = ref }
        for number in healthy + [live].compactMap({ $0 }) { record.ran(number, content: content(of: number)) }
        if let live { record.live = .number(live, content: content(of: live)) }
        change(&record)
        facts.environments.append(record)
    }

    /// Adds a preview of a branch that is there, running its tip.
    mutating func preview(of branch: String, at commit: Int, _ change: (inout EnvironmentRecord) -> Void = { _ in }) {
        let name = EnvironmentName.preview(of: .branch(branch), hashing: fakeHash)
        environment(name.rawValue, kind: .preview, ref: .branch(branch), live: commit, change)
    }

    /// Says that a commit was read, and what its content is: by default its own.
    mutating func read(_ commit: Int, content: Int? = nil) {
        let candidate = Candidate(commit: .number(commit), services: [], content: .number(content ?? commit))
        facts.candidates[.number(commit)] = .ready(candidate)
    }

    /// Says that a commit cannot be run.
    mutating func refuse(_ commit: Int, _ message: String) {
        facts.candidates[.number(commit)] = .refused(.make(message))
    }

    /// A person asks for a commit, now.
    mutating func request(_ environment: String, _ commit: Int) {
        facts.requests[.named(environment)] = .init(commit: .number(commit), sequence: sequence)
    }

    private func content(of commit: Int) -> Digest {
        guard case .ready(let candidate)? = facts.candidates[.number(commit)] else { return .number(commit) }
        return candidate.content
    }

    var decision: Promotion.Decision { Promotion.wishes(for: facts, hashing: fakeHash) }

    func wish(_ environment: String) -> EnvironmentWish? {
        decision.wishes.first { $0.environment.name.rawValue == environment }
    }

    func intent(_ environment: String) -> EnvironmentWish.Intent? { wish(environment)?.intent }

    func reason(_ environment: String) -> String { wish(environment)?.reason ?? "" }
}

extension EnvironmentRecord {
    /// Remembers that the commit ran healthily.
    mutating func ran(_ commit: Int, content: Digest) {
        healthy.append(
            .init(
                commit: .number(commit), content: content, release: .release(of: content),
                at: Timestamp(milliseconds: 0)))
    }

    mutating func fail(_ commit: Int, _ message: String, isRetried: Bool = false) {
        failed = .init(
            commit: .number(commit), failure: .make(message), at: Timestamp(milliseconds: 0), attempts: 1,
            retryAt: isRetried ? Timestamp(milliseconds: 1) : nil)
    }
}

extension EnvironmentRecord.LiveRelease {
    static func number(_ commit: Int, content: Digest) -> Self {
        Self(
            release: .release(of: content), content: content, configuration: .number(0), commit: .number(commit),
            since: Timestamp(milliseconds: 1 << 40), deployment: 1)
    }
}

extension FailureRecord {
    static func make(_ message: String) -> Self {
        Self(StageFailure(reason: .buildFailed, verdict: .stall, message: message))
    }
}

extension ObjectID {
    static func number(_ number: Int) -> Self { padded(number, 40).flatMap { Self($0) } ?? .zero }
}

extension Digest {
    static func number(_ number: Int) -> Self { padded(number, 64).flatMap { Self($0) } ?? fakeHash([]) }
    static func release(of content: Digest) -> Self { fakeHash(Array("release \(content)".utf8)) }
}

extension ProjectName {
    static let shop = Self("shop") ?? { preconditionFailure("a plain label") }()
}

extension EnvironmentName {
    static func named(_ text: String) -> Self { Self(text) ?? { preconditionFailure("no label: \(text)") }() }
}

/// Digits first, so that short forms differ.
private func padded(_ number: Int, _ width: Int) -> String? {
    let digits = String(number, radix: 16)
    let head = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    return head + String(repeating: "0", count: width - head.count)
}

/// No SHA-256, but as even: enough to tell names apart.
@Sendable func fakeHash(_ bytes: [UInt8]) -> Digest {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    var text = ""
    for round in 0..<4 as Range<UInt8> {
        for byte in bytes + [round] { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(state ^ (state >> 29), radix: 16)
        text += String(repeating: "0", count: 16 - digits.count) + digits
    }
    return Digest(text) ?? { preconditionFailure("64 digits") }()
}
