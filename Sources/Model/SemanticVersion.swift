/// A version as Semantic Versioning 2.0.0 has it, with an optional `v` before it.
package struct SemanticVersion: Sendable, Hashable, Comparable {
    /// Major, minor and patch; compared as numbers of any length.
    package let numbers: [String]
    /// The identifiers behind `-`; empty for a release.
    package let prerelease: [String]

    /// Reads `1.2.3`, `v1.2.3`, `1.2.3-rc.1+build`; nil for anything that is no semantic version.
    package init?(_ text: String) {
        var rest = text[...]
        if rest.first == "v" { rest = rest.dropFirst() }
        let withoutBuild = rest.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if withoutBuild.count == 2, !Self.areIdentifiers(withoutBuild[1], numericMayHaveZeros: true) { return nil }
        let parts = withoutBuild[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let core = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard core.count == 3, core.allSatisfy({ Self.isNumber($0) }) else { return nil }
        if parts.count == 2, !Self.areIdentifiers(parts[1], numericMayHaveZeros: false) { return nil }
        numbers = core
        prerelease = parts.count == 2 ? parts[1].split(separator: ".").map(String.init) : []
    }

    /// Whether it has a pre-release part.
    package var isPrerelease: Bool { !prerelease.isEmpty }

    /// Precedence, section 11 of the specification; build metadata does not count.
    package static func < (left: Self, right: Self) -> Bool {
        for (mine, other) in zip(left.numbers, right.numbers) where mine != other {
            return isSmaller(mine, other)
        }
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        for (mine, other) in zip(left.prerelease, right.prerelease) where mine != other {
            switch (isNumber(mine), isNumber(other)) {
            case (true, true): return isSmaller(mine, other)
            case (true, false): return true
            case (false, true): return false
            case (false, false): return Array(mine.utf8).lexicographicallyPrecedes(Array(other.utf8))
            }
        }
        return left.prerelease.count < right.prerelease.count
    }

    /// Compares two numbers without leading zeros, of any length.
    private static func isSmaller(_ left: String, _ right: String) -> Bool {
        let (mine, other) = (left.utf8.count, right.utf8.count)
        return mine == other ? left < right : mine < other
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        return text == "0" || text.first != "0"
    }

    private static func areIdentifiers(_ text: Substring, numericMayHaveZeros: Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { identifier in
            guard !identifier.isEmpty else { return false }
            let isDigits = identifier.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if isDigits, !numericMayHaveZeros { return isNumber(identifier) }
            return identifier.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: true
                default: false
                }
            }
        }
    }
}
