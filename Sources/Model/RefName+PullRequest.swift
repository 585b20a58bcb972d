extension RefName {
    /// The number of the pull request whose head it is: `refs/pull/42/head`, on GitLab `refs/merge-requests/42/head`.
    package var pullRequest: Int? {
        for prefix in Self.headPrefixes where bytes.starts(with: prefix) {
            let digits = bytes.dropFirst(prefix.count).dropLast(Self.headSuffix.count)
            guard bytes.count > prefix.count + Self.headSuffix.count,
                bytes.suffix(Self.headSuffix.count) == Self.headSuffix,
                digits.count <= 9, digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        return nil
    }

    private static let headPrefixes = ["refs/pull/", "refs/merge-requests/"].map { Array($0.utf8) }
    private static let headSuffix = Array("/head".utf8)[...]
}

extension EnvironmentName {
    /// The number of the fork's pull request that it is for; nil for any other environment.
    package var pullRequest: Int? {
        let digits = rawValue.dropFirst(3)
        guard rawValue.hasPrefix("pr-"), digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(digits)
    }
}

extension GitHostKind {
    /// The ref of the repository itself at which the host keeps a pull request's newest commit, a fork's too; nil where
    /// it keeps none.
    package func head(ofPullRequest number: Int) -> RefName? {
        switch self {
        case .github, .gitea, .forgejo: RefName("refs/pull/\(number)/head")
        case .gitlab: RefName("refs/merge-requests/\(number)/head")
        // docs/GIT-HOSTS.md: a fork's commits are in the fork alone.
        case .bitbucket: nil
        }
    }
}

/// Which heads of pull requests a listing should have beside branches and tags.
package enum PullRequestHeads: Sendable, Hashable, Codable {
    /// None.
    case none
    /// Those of these numbers.
    case numbers(Set<Int>)
    /// All that the remote has.
    case all

    /// Whether the head of that number is one of them.
    package func contains(_ number: Int) -> Bool {
        switch self {
        case .none: false
        case .numbers(let numbers): numbers.contains(number)
        case .all: true
        }
    }

    /// Those of either.
    package func union(_ other: Self) -> Self {
        switch (self, other) {
        case (.all, _), (_, .all): .all
        case (.none, let rest), (let rest, .none): rest
        case (.numbers(let left), .numbers(let right)): .numbers(left.union(right))
        }
    }
}
