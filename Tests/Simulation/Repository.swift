import Builder
import Crypto
import Model

/// What a commit's tree has in it: what it would run, and how that turns out.
struct Tree: Sendable {
    /// How containers of one image behave.
    enum Behaviour: Sendable {
        case healthy(afterMilliseconds: Int)
        case neverHealthy, ends
    }

    /// The services, as a candidate has them; nil: the manifest cannot be used.
    var services: [CandidateService]?
    /// What identifies it.
    var content: Digest?
    /// The keys whose image cannot be built.
    var unbuildable: Set<Digest> = []
    /// How images behave, by build key.
    var behaviours: [Digest: Behaviour] = [:]

    /// Whether everything in it can become healthy.
    var isGood: Bool {
        guard services != nil, unbuildable.isEmpty else { return false }
        return behaviours.values.allSatisfy { if case .healthy = $0 { true } else { false } }
    }
}

/// Digests and ids that simulations need, each computed once.
enum Names {
    static func digest(_ text: String) -> Digest {
        guard let digest = Digest(bytes: Crypto.SHA256.digest(of: text.utf8)) else {
            preconditionFailure("a SHA-256 has 32 bytes")
        }
        return digest
    }

    static func commit(_ project: Int, _ number: Int) -> ObjectID {
        let digits = String(number + 1, radix: 16)
        let text = "c\(project)" + String(repeating: "0", count: 5 - digits.count) + digits
        guard let id = ObjectID(text + String(repeating: "0", count: 40 - text.count)) else {
            preconditionFailure("40 hexadecimal digits are an object id")
        }
        return id
    }

    static func tagObject(_ project: Int, _ number: Int) -> ObjectID {
        let digits = String(number + 1, radix: 16)
        let text = "a\(project)" + String(repeating: "0", count: 5 - digits.count) + digits
        guard let id = ObjectID(text + String(repeating: "0", count: 40 - text.count)) else {
            preconditionFailure("40 hexadecimal digits are an object id")
        }
        return id
    }
}

/// The trees that commits of the simulation have: a fixed stock, since digests cost time.
enum Stock {
    static let trees: [Tree] = (0..<16).map(make)

    private static func make(_ number: Int) -> Tree {
        var chances = Chances(seed: UInt64(number) + 77)
        // Two in sixteen cannot be used at all, two cannot be built, two do not become healthy.
        if number == 15 { return Tree(services: nil) }
        var tree = Tree(services: [])
        let count = number % 3 == 2 ? 2 : 1
        for index in 0..<count {
            let key = Names.digest("build \(number) \(index)")
            var definition = ServiceDefinition(
                port: .number(8080), isPublic: index == 0,
                health: HealthCheck(path: number % 2 == 0 ? "/" : nil, deadline: .milliseconds(2500)),
                drainTimeout: .seconds(2))
            if index == 0, number % 4 == 1 { definition.replicas = 2 }
            if number == 6 || number == 7 { definition.overlap = false }
            if index == 1 { definition.port = number % 2 == 0 ? .worker : .number(9000) }
            if index == 0, count == 2 { definition.dependsOn = ["worker"] }
            tree.services?.append(
                CandidateService(name: index == 0 ? "web" : "worker", definition: definition, buildKey: key))
            tree.behaviours[key] = .healthy(afterMilliseconds: chances.below(800))
            if index == 0, number == 14 { tree.unbuildable.insert(key) }
            if index == 0, number == 13 { tree.behaviours[key] = .neverHealthy }
            if index == 0, number == 12 { tree.behaviours[key] = .ends }
        }
        tree.services?.sort { $0.name < $1.name }
        tree.content = ReleaseDigest.content(tree.services ?? [])
        return tree
    }

    static func tree(ofKey key: Digest) -> Tree? { byKey[key] }

    private static let byKey: [Digest: Tree] = {
        var result: [Digest: Tree] = [:]
        for tree in trees { for service in tree.services ?? [] { result[service.buildKey] = tree } }
        return result
    }()
}

/// One project's remote repository, as it really is, and the mirror that the daemon's machine has of it.
final class Repository {
    let index: Int
    let name: ProjectName
    let address: RemoteAddress
    var head: RefName? = .branch("main")
    var refs: [RefName: ListedRef] = [:]
    /// In how many listings in a row each branch was missing.
    var absences: [RefName: Int] = [:]
    /// When the second listing in a row, or a later one, lacked a branch.
    var absentAt: [RefName: Int64] = [:]
    /// The trees of its commits.
    var trees: [ObjectID: Int] = [:]
    /// The commits that each branch named, oldest first.
    var tips: [RefName: [ObjectID]] = [:]
    /// What is in the mirror.
    var mirror: Set<ObjectID> = []
    /// Until when it does not answer.
    var downUntil: Int64 = 0
    /// How many listings it gave, and in which one each ref last named each commit.
    var listings = 0
    var lastListed: [RefName: [ObjectID: Int]] = [:]
    /// The commits that a listed tag ever named.
    var taggedCommits: Set<ObjectID> = []
    /// The versions that tags ever gave a commit.
    var versions: [ObjectID: [Int]] = [:]
    private var numbers = (commit: 0, tag: 0, version: 0)

    static let branches = ["main", "develop", "feature-a", "feature/b", "fix-c", "topic-d", "topic-e", "topic-f"]

    init(index: Int) {
        self.index = index
        guard let name = ProjectName(["shop", "blog", "wiki"][index]),
            let address = try? RemoteAddress(parsing: "https://git.test/\(name).git")
        else { preconditionFailure("the simulation's own names are well formed") }
        self.name = name
        self.address = address
    }

    func tree(of commit: ObjectID) -> Tree { Stock.trees[trees[commit] ?? 0] }

    func tip(_ branch: RefName) -> ObjectID? { refs[branch]?.commit }

    /// A new commit at the tip of a branch.
    func push(_ branch: RefName, tree: Int) {
        let commit = Names.commit(index, numbers.commit)
        numbers.commit += 1
        trees[commit] = tree % Stock.trees.count
        set(branch, commit)
    }

    func set(_ branch: RefName, _ commit: ObjectID) {
        refs[branch] = ListedRef(name: branch, target: commit)
        tips[branch, default: []].append(commit)
    }

    /// The next version's tag at a commit.
    func tag(_ commit: ObjectID, step: Int) {
        numbers.version += step == 0 ? 1 : step * 10
        tag(commit, version: numbers.version)
    }

    func tagLower(_ commit: ObjectID) { if numbers.version > 1 { tag(commit, version: numbers.version - 1) } }

    private func tag(_ commit: ObjectID, version: Int) {
        let name = RefName.tag("v1.\(version).0")
        guard refs[name] == nil else { return }
        numbers.tag += 1
        versions[commit, default: []].append(version)
        refs[name] = ListedRef(name: name, target: Names.tagObject(index, numbers.tag), peeled: commit)
    }

    func move(tag name: RefName, to commit: ObjectID) {
        numbers.tag += 1
        refs[name] = ListedRef(name: name, target: Names.tagObject(index, numbers.tag), peeled: commit)
    }

    /// The commits with the same content.
    func alike(_ commit: ObjectID) -> [ObjectID] {
        guard let tree = trees[commit] else { return [commit] }
        return trees.filter { $0.value == tree }.map(\.key)
    }

    var tags: [RefName] { refs.keys.filter(\.isTag).sorted() }

    /// What a listing shows now.
    func list(at now: Int64) -> RefListing {
        listings += 1
        for name in tips.keys {
            absences[name] = refs[name] == nil ? (absences[name] ?? 0) + 1 : 0
            if let count = absences[name], count >= 2 { absentAt[name] = now }
        }
        for ref in refs.values {
            lastListed[ref.name, default: [:]][ref.commit] = listings
            if ref.name.isTag { taggedCommits.insert(ref.commit) }
        }
        return RefListing(head: head, refs: refs.values.sorted { $0.name < $1.name })
    }
}
