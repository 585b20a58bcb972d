import Git
import Model

/// Reads build contexts out of a bare repository. One repository handle, one thread.
struct ContextReader: ~Copyable {
    /// How large an ignore file or a Dockerfile may be.
    static let textByteLimit = 1 << 20

    /// Git LFS's specification: a pointer file is shorter than this, and begins so.
    private static let pointerByteLimit = 1024
    private static let pointerStart = Array("version https://git-lfs.github.com/spec/v1".utf8)

    private let repository: Repository
    private var listings: [[UInt8]: [TreeEntry]] = [:]

    /// The commit.
    let commit: ObjectID
    /// The commit's tree.
    let tree: String

    /// Opens the repository and finds the commit's tree.
    init(mirror: String, commit: ObjectID) throws(StageFailure) {
        do throws(GitError) {
            let repository = try Repository(openingBare: mirror)
            tree = try repository.treeID(ofCommit: commit.hex)
            self.repository = repository
            self.commit = commit
        } catch {
            throw .unreadable(commit, error)
        }
    }

    /// What a definition sends.
    mutating func context(of definition: BuildDefinition) throws(StageFailure) -> BuildContext {
        let root = try root(of: definition)
        guard let wanted = ContextPath.normalized(definition.dockerfile), !wanted.isEmpty else {
            throw .pathOutside("the Dockerfile", definition.dockerfile)
        }
        let all = try entries(under: root, of: definition)
        let dockerfile = try dockerfile(wanted, in: all, root: root)
        let ignoreFile = try ignoreFile(for: wanted, in: all)
        var ignore = DockerIgnore.nothing
        if let ignoreFile {
            let text = try text(of: ignoreFile)
            do throws(DockerIgnore.SyntaxError) {
                ignore = try DockerIgnore(text)
            } catch {
                throw .malformedIgnoreFile(ignoreFile.path, error)
            }
        }
        return try BuildContext(all: all, dockerfile: dockerfile.path, ignoreFile: ignoreFile?.path, ignore: ignore)
    }

    /// The Dockerfile's text, for naming its lines.
    func dockerfile(of context: BuildContext) throws(StageFailure) -> [UInt8] {
        guard let entry = context.entries.first(where: { $0.path == context.dockerfile }) else {
            preconditionFailure("a context always has its Dockerfile")
        }
        return try text(of: entry)
    }

    /// How many bytes of files are sent; throws when something in the context is not fit to be, naming it.
    ///
    /// Before anything is sent: Podman 4.3 leaves what it has got in /var/tmp when a context breaks off.
    @discardableResult
    func check(
        _ context: BuildContext, of definition: BuildDefinition, limits: BuilderLimits
    ) throws(StageFailure) -> Int {
        let root = try root(of: definition)
        let prefix = root.isEmpty ? [] : root + [UInt8(ascii: "/")]
        var defects = context.defects(links: try links(in: context.entries, prefix: prefix), prefix: prefix)
        var sentBytes = 0
        for entry in context.entries where entry.kind == .file || entry.kind == .executable {
            let size = try size(of: entry)
            sentBytes += size
            if size > limits.blobBytes {
                defects.append(.init(path: entry.path, what: .tooLarge(bytes: size, limit: limits.blobBytes)))
            } else if size < Self.pointerByteLimit, try text(of: entry).starts(with: Self.pointerStart) {
                defects.append(.init(path: entry.path, what: .largePointer))
            }
        }
        guard defects.isEmpty else { throw .unfit(defects) }
        guard sentBytes <= limits.contextBytes else { throw .contextTooLarge(limits.contextBytes) }
        return sentBytes
    }

    private func root(of definition: BuildDefinition) throws(StageFailure) -> [UInt8] {
        guard let root = ContextPath.normalized(definition.context) else {
            throw .pathOutside("the build context", definition.context)
        }
        return root
    }

    private mutating func entries(
        under root: [UInt8], of definition: BuildDefinition
    ) throws(StageFailure) -> [BuildContext.Entry] {
        let skipped = root.isEmpty ? 0 : root.count + 1
        return try listing(of: root, definition).compactMap { entry in
            BuildContext.kind(ofMode: entry.mode).map {
                BuildContext.Entry(path: Array(entry.path.dropFirst(skipped)), kind: $0, object: entry.object)
            }
        }
    }

    private mutating func listing(
        of root: [UInt8], _ definition: BuildDefinition
    ) throws(StageFailure) -> [TreeEntry] {
        if let known = listings[root] { return known }
        do throws(GitError) {
            let path = root.isEmpty ? nil : String(decoding: root, as: UTF8.self)
            let found = try repository.entries(ofTree: tree, under: path)
            listings[root] = found
            return found
        } catch {
            guard error.code == .notFound else { throw .unreadable(commit, error) }
            throw .noContext(definition.context, commit)
        }
    }

    /// The Dockerfile itself, behind whatever links lead to it inside the context.
    private func dockerfile(
        _ path: [UInt8], in all: [BuildContext.Entry], root: [UInt8]
    ) throws(StageFailure) -> BuildContext.Entry {
        guard let entry = all.first(where: { $0.path == path }) else {
            throw .noDockerfile(path, others: all.map(\.path).filter(Self.looksLikeDockerfile), root: root)
        }
        guard entry.kind == .link else { return entry }
        let end = try links(in: all, prefix: []).end(of: path)
        if case .inside(let target) = end, let found = all.first(where: { $0.path == target }), found.kind != .submodule
        {
            return found
        }
        throw .dockerfileLeadsOut(path)
    }

    /// `<Dockerfile>.dockerignore` before `.dockerignore`, as BuildKit and Buildah have it.
    private func ignoreFile(
        for dockerfile: [UInt8], in all: [BuildContext.Entry]
    ) throws(StageFailure) -> BuildContext.Entry? {
        let name = Array(".dockerignore".utf8)
        guard
            let entry = all.first(where: { $0.path == dockerfile + name }) ?? all.first(where: { $0.path == name })
        else { return nil }
        guard entry.kind == .file || entry.kind == .executable else { throw .ignoreFileIsLink(entry.path) }
        return entry
    }

    private func links(in entries: [BuildContext.Entry], prefix: [UInt8]) throws(StageFailure) -> ContextLinks {
        var targets: [[UInt8]: [UInt8]] = [:]
        for entry in entries where entry.kind == .link { targets[prefix + entry.path] = try text(of: entry) }
        return ContextLinks(targets: targets)
    }

    private func size(of entry: BuildContext.Entry) throws(StageFailure) -> Int {
        do throws(GitError) {
            return try repository.blobSize(entry.object)
        } catch {
            throw .unreadable(commit, error)
        }
    }

    private func text(of entry: BuildContext.Entry) throws(StageFailure) -> [UInt8] {
        let size = try size(of: entry)
        guard size <= Self.textByteLimit else {
            throw .unfit([.init(path: entry.path, what: .tooLarge(bytes: size, limit: Self.textByteLimit))])
        }
        do throws(GitError) {
            return try repository.blob(entry.object).bytes
        } catch {
            throw .unreadable(commit, error)
        }
    }

    private static func looksLikeDockerfile(_ path: [UInt8]) -> Bool {
        let name = String(decoding: path.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self).lowercased()
        let isNamedSo = ["dockerfile", "containerfile"].contains { kind in
            name == kind || name.hasPrefix(kind + ".") || name.hasSuffix("." + kind)
        }
        return isNamedSo && !name.hasSuffix(".dockerignore")
    }
}
