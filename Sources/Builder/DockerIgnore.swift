/// A `.dockerignore`: which paths of a build context are not sent.
///
/// The last pattern that matches a path or one of its parent directories decides, as in
/// github.com/moby/patternmatcher's `MatchesOrParentMatches`.
struct DockerIgnore: Sendable, Hashable {
    /// In the order of the file.
    let patterns: [IgnorePattern]

    /// A line that cannot be read.
    struct SyntaxError: Error, Hashable {
        /// The line, from 1.
        let line: Int
        /// What it says.
        let pattern: [UInt8]
    }

    /// Nothing is ignored.
    static let nothing = Self(patterns: [])

    private init(patterns: [IgnorePattern]) { self.patterns = patterns }

    /// Reads the bytes of the file.
    init(_ bytes: [UInt8]) throws(SyntaxError) {
        var patterns: [IgnorePattern] = []
        let content = bytes.starts(with: byteOrderMark) ? bytes[byteOrderMark.count...] : bytes[...]
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.first != UInt8(ascii: "#") {
            let text = trimmed(Array(line))
            guard !text.isEmpty else { continue }
            guard let pattern = IgnorePattern(Self.relative(text)) else {
                throw SyntaxError(line: index + 1, pattern: text)
            }
            patterns.append(pattern)
        }
        self.patterns = patterns
    }

    /// The pattern with `/` at its front and its end taken away, behind the `!` if there is one.
    private static func relative(_ text: [UInt8]) -> [UInt8] {
        let isException = text.first == UInt8(ascii: "!")
        var pattern = isException ? trimmed(Array(text.dropFirst())) : text
        if !pattern.isEmpty {
            pattern = cleanedPath(pattern)
            if pattern.count > 1, pattern.first == UInt8(ascii: "/") { pattern.removeFirst() }
        }
        return isException ? [UInt8(ascii: "!")] + pattern : pattern
    }

    /// Whether a path is left out. For many paths use a ``Sweep``.
    func ignores(_ path: [UInt8]) -> Bool {
        var sweep = Sweep(self)
        return sweep.ignores(path)
    }

    /// Asks about many paths, fastest in their sorted order: what is known of a directory serves all in it.
    struct Sweep {
        private let patterns: [IgnorePattern]
        /// How many steps of matching were taken.
        private(set) var work = 0
        private var directories: [(path: ArraySlice<UInt8>, matches: [Bool])] = []

        /// Begins with nothing known.
        init(_ ignore: DockerIgnore) { patterns = ignore.patterns }

        /// Whether the path is left out.
        mutating func ignores(_ path: [UInt8]) -> Bool {
            guard !patterns.isEmpty else { return false }
            enterDirectory(of: path)
            let scalars = pathScalars(path)
            let inherited = directories.last?.matches
            var isIgnored = false
            for (index, pattern) in patterns.enumerated() where pattern.isException == isIgnored {
                if inherited?[index] == true || pattern.matches(scalars, work: &work) {
                    isIgnored = !pattern.isException
                }
            }
            return isIgnored
        }

        /// Makes the stack of directories that of the path, and matches those that are new.
        private mutating func enterDirectory(of path: [UInt8]) {
            let slash = UInt8(ascii: "/")
            while let last = directories.last,
                !(path.starts(with: last.path) && path.dropFirst(last.path.count).first == slash)
            {
                directories.removeLast()
            }
            var end = directories.last.map { $0.path.count + 1 } ?? 0
            while let next = path[end...].firstIndex(of: slash) {
                let scalars = pathScalars(path[..<next])
                let inherited = directories.last?.matches
                let matches = patterns.indices.map {
                    inherited?[$0] == true || patterns[$0].matches(scalars, work: &work)
                }
                directories.append((path[..<next], matches))
                end = next + 1
            }
        }
    }
}

/// What some editors write before UTF-8 text.
let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
