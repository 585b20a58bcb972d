/// One pattern of a `.dockerignore`, as github.com/moby/patternmatcher reads it.
///
/// `*` and `?` stay inside one path component, `**` crosses them, `[a-z]` and `[^a-z]` are sets and a
/// backslash takes the next character literally. Matching is linear in the product of both lengths,
/// whatever the pattern: it comes from a repository.
struct IgnorePattern: Sendable, Hashable {
    /// The pattern, cleaned, without its `!`.
    let text: [UInt8]
    /// Whether it begins with `!`: what it matches is sent after all.
    let isException: Bool

    private let parts: [Part]
    /// The path it matches, where it matches one only.
    private let literal: [UInt32]?

    private enum Part: Hashable {
        /// This character.
        case scalar(UInt32)
        /// `?`: one character but `/`.
        case oneInName
        /// `*`: any run of characters but `/`.
        case runInName
        /// A closing `**`, or a leading one glued to plain text: any run of characters.
        case run
        /// `**/`: any number of directories, none included.
        case directories
        /// `[…]`: one character of these, or with `^` one of the others.
        case set([ClosedRange<UInt32>], isNegated: Bool)
    }

    /// Reads a pattern; nil when it is malformed: a set that is not closed, a backslash at the end, a lone `!`.
    init?(_ pattern: [UInt8]) {
        var text = cleanedPath(trimmed(pattern))
        isException = text.first == UInt8(ascii: "!")
        if isException {
            guard text.count > 1 else { return nil }
            text.removeFirst()
        }
        guard let parts = Self.parse(pathScalars(text)) else { return nil }
        self.text = text
        self.parts = parts
        let scalars = parts.compactMap { if case .scalar(let scalar) = $0 { scalar } else { nil } }
        literal = scalars.count == parts.count ? scalars : nil
    }

    private static func parse(_ scalars: [UInt32]) -> [Part]? {
        var parts: [Part] = []
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "*" where index < scalars.count && scalars[index] == "*":
                index += 1
                let isGlued = index < scalars.count && scalars[index] != "/"
                if index < scalars.count, scalars[index] == "/" { index += 1 }
                if index == scalars.count {
                    parts.append(.run)
                } else if parts.isEmpty, isGlued, isPlain(scalars[index...]) {
                    // patternmatcher compares such a pattern as a suffix: `**.log` matches `a.log`.
                    parts.append(.run)
                } else {
                    parts.append(.directories)
                }
            case "*": parts.append(.runInName)
            case "?": parts.append(.oneInName)
            case "[":
                guard let set = parseSet(scalars, &index) else { return nil }
                parts.append(set)
            case "\\":
                guard index < scalars.count else { return nil }
                parts.append(.scalar(scalars[index]))
                index += 1
            default: parts.append(.scalar(scalar))
            }
        }
        return parts
    }

    private static func isPlain(_ scalars: ArraySlice<UInt32>) -> Bool {
        !scalars.contains { $0 == "*" || $0 == "?" || $0 == "[" || $0 == "]" || $0 == "\\" }
    }

    /// Reads what follows a `[`, by the grammar of Go's path/filepath.Match.
    private static func parseSet(_ scalars: [UInt32], _ index: inout Int) -> Part? {
        var ranges: [ClosedRange<UInt32>] = []
        let isNegated = index < scalars.count && scalars[index] == "^"
        if isNegated { index += 1 }
        while index < scalars.count {
            if scalars[index] == "]", !ranges.isEmpty {
                index += 1
                return .set(ranges, isNegated: isNegated)
            }
            guard let low = parseMember(scalars, &index) else { return nil }
            var high = low
            if index < scalars.count, scalars[index] == "-" {
                index += 1
                guard let end = parseMember(scalars, &index) else { return nil }
                high = end
            }
            guard low <= high else { return nil }
            ranges.append(low...high)
        }
        return nil
    }

    private static func parseMember(_ scalars: [UInt32], _ index: inout Int) -> UInt32? {
        guard index < scalars.count, scalars[index] != "-", scalars[index] != "]" else { return nil }
        if scalars[index] == "\\" { index += 1 }
        guard index < scalars.count else { return nil }
        defer { index += 1 }
        return scalars[index]
    }

    /// Whether the path, given as ``pathScalars(_:)``, matches as a whole.
    ///
    /// - Parameter work: grows by what was done, so that a hostile file can be given up on.
    func matches(_ path: [UInt32], work: inout Int) -> Bool {
        work += 1
        if let literal { return literal == path }
        var walk = Walk(parts: parts)
        for (index, scalar) in path.enumerated() {
            walk.step(scalar, time: index + 1)
            work += walk.places.count
            // Most patterns have failed after a character or two.
            if walk.places.isEmpty { return false }
        }
        return walk.isAtEnd
    }

    /// Every place the pattern can be at while a path is read.
    private struct Walk {
        let parts: [Part]
        /// The places: an index into the parts, or that plus ``inside`` for a `**/` that is being crossed.
        private(set) var places: [Int] = []
        private var next: [Int] = []
        /// When each place was last reached, so that none is listed twice.
        private var reached: [Int]
        private var inside: Int { parts.count + 1 }

        init(parts: [Part]) {
            self.parts = parts
            reached = [Int](repeating: -1, count: 2 * (parts.count + 1))
            reach(0, time: 0)
            swap(&places, &next)
        }

        var isAtEnd: Bool { places.contains(parts.count) }

        mutating func step(_ scalar: UInt32, time: Int) {
            next.removeAll(keepingCapacity: true)
            for place in places where place != parts.count {
                let index = place < inside ? place : place - inside
                switch parts[index] {
                case .scalar(let expected): if scalar == expected { reach(index + 1, time: time) }
                case .oneInName: if scalar != "/" { reach(index + 1, time: time) }
                case .runInName: if scalar != "/" { reach(index, time: time) }
                case .run: reach(index, time: time)
                case .directories:
                    reach(index + inside, time: time)
                    if scalar == "/" { reach(index + 1, time: time) }
                case .set(let ranges, let isNegated):
                    if ranges.contains(where: { $0.contains(scalar) }) != isNegated { reach(index + 1, time: time) }
                }
            }
            swap(&places, &next)
        }

        /// Lists a place, and those behind it that need no character.
        private mutating func reach(_ start: Int, time: Int) {
            var place = start
            while reached[place] != time {
                reached[place] = time
                next.append(place)
                guard place < parts.count else { return }
                switch parts[place] {
                case .runInName, .run, .directories: place += 1
                case .scalar, .oneInName, .set: return
                }
            }
        }
    }
}

extension UInt32 {
    fileprivate static func == (value: UInt32, scalar: Unicode.Scalar) -> Bool { value == scalar.value }
    fileprivate static func != (value: UInt32, scalar: Unicode.Scalar) -> Bool { value != scalar.value }
    fileprivate static func ~= (scalar: Unicode.Scalar, value: UInt32) -> Bool { value == scalar.value }
}
