import Model

/// What of a commit is sent to the engine for one build, known from its tree alone.
struct BuildContext: Sendable, Hashable {
    /// One thing that is sent.
    struct Entry: Sendable, Hashable {
        /// The path from the context's root.
        let path: [UInt8]
        /// What it is.
        let kind: Kind
        /// Its Git object, as 40 digits.
        let object: String
    }

    /// What an entry is, of all that Git knows; the values are part of build keys.
    enum Kind: String, Sendable, Hashable {
        case file
        case executable
        case link
        case submodule
    }

    /// Sorted by the bytes of their paths.
    let entries: [Entry]
    /// The Dockerfile's path from the context's root.
    let dockerfile: [UInt8]
    /// What is sent because the engine reads it, although `.dockerignore` drops it: never part of the image.
    let withheld: [[UInt8]]

    /// How many steps of matching a context may take: some seconds, a hundred times what a large one needs.
    static let workLimit = 500_000_000

    /// Leaves out of all the entries what the ignore file drops, but never the Dockerfile and the ignore file.
    ///
    /// Throws when that takes too long: a repository must not keep the others waiting.
    init(
        all: [Entry], dockerfile: [UInt8], ignoreFile: [UInt8]?, ignore: DockerIgnore, workLimit: Int = workLimit
    ) throws(StageFailure) {
        var sweep = DockerIgnore.Sweep(ignore)
        var entries: [Entry] = []
        var withheld: [[UInt8]] = []
        for entry in all {
            guard sweep.work <= workLimit else { throw .costlyIgnoreFile(ignoreFile ?? []) }
            let isNeeded = entry.path == dockerfile || entry.path == ignoreFile
            if sweep.ignores(entry.path) {
                guard isNeeded else { continue }
                withheld.append(entry.path)
            }
            entries.append(entry)
        }
        self.entries = entries
        self.dockerfile = dockerfile
        self.withheld = withheld
    }

    /// What Git's mode says an entry is; nil for what no Git writes.
    static func kind(ofMode mode: UInt32) -> Kind? {
        // The executable bit is the owner's; Git itself knows only 0644 and 0755, and 0664 in old trees.
        switch mode & 0o170000 {
        case 0o100000: mode & 0o100 == 0 ? .file : .executable
        case 0o120000: .link
        case 0o160000: .submodule
        default: nil
        }
    }

    /// What makes the context unfit to be sent, in words, a line for each; empty when nothing does.
    ///
    /// - Parameter links: those of the whole repository that were read; `prefix` is the context's path in it.
    func defects(links: ContextLinks, prefix: [UInt8]) -> [Defect] {
        var defects: [Defect] = []
        let paths = Set(entries.map(\.path))
        var previous: Entry?
        for entry in entries {
            if !ContextPath.isSafe(entry.path) { defects.append(Defect(path: entry.path, what: .unsafePath)) }
            if entry.path == previous?.path || isBelowAny(of: paths, entry.path) {
                defects.append(Defect(path: entry.path, what: .doubled))
            }
            previous = entry
            switch entry.kind {
            case .submodule: defects.append(Defect(path: entry.path, what: .submodule))
            case .link:
                switch links.end(of: prefix + entry.path) {
                case .absolute: defects.append(Defect(path: entry.path, what: .absoluteLink))
                case .outside: defects.append(Defect(path: entry.path, what: .escapingLink))
                case .inside, .circle: break
                }
            case .file, .executable: break
            }
        }
        return defects
    }

    /// Whether a path lies below an entry, which is no directory: a tree made by hand can say so.
    private func isBelowAny(of paths: Set<[UInt8]>, _ path: [UInt8]) -> Bool {
        path.indices.contains { path[$0] == UInt8(ascii: "/") && paths.contains(Array(path[..<$0])) }
    }

    /// Something that is not sent.
    struct Defect: Sendable, Hashable {
        /// Where, from the context's root.
        let path: [UInt8]
        /// What is wrong with it.
        let what: What

        enum What: Sendable, Hashable {
            case unsafePath
            case doubled
            case submodule
            case absoluteLink
            case escapingLink
            case largePointer
            case tooLarge(bytes: Int, limit: Int)
        }
    }
}
