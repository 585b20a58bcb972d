import Crypto
import Model
import Testing

/// The real hash: names are visible to users and must not change.
private let hashing: Hashing = { bytes in
    Digest(SHA256.hex(of: bytes)) ?? { preconditionFailure("64 digits") }()
}

struct EnvironmentNameTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let branch: String
        /// What stands before the six digits; nil where the branch keeps its name.
        let stem: String?
        var testDescription: String { branch }
    }

    @Test(arguments: [
        Row(branch: "feature-x", stem: nil), Row(branch: "abc", stem: nil), Row(branch: "1-2-3", stem: nil),
        Row(branch: "ab", stem: "ab"), Row(branch: "feature/login", stem: "feature-login"),
        Row(branch: "feature--x", stem: "feature-x"), Row(branch: "-x-", stem: "x"),
        Row(branch: "Feature", stem: "feature"), Row(branch: "staging", stem: "staging"),
        Row(branch: "production", stem: "production"), Row(branch: "pr-7", stem: "pr-7"),
        Row(branch: "日本", stem: "branch"), Row(branch: "a'b\"c;$(d)", stem: "a-b-c-d"),
        Row(branch: String(repeating: "a", count: 41), stem: String(repeating: "a", count: 33)),
    ])
    func aNameDependsOnItsRefAlone(_ row: Row) {
        let ref = RefName.branch(row.branch)
        let suffix = hashing(ref.bytes).hex.prefix(6)
        let name = EnvironmentName.preview(of: ref, hashing: hashing).rawValue
        #expect(name == row.stem.map { "\($0)-\(suffix)" } ?? row.branch)
    }

    @Test func aNameOnceGivenNeverChanges() {
        let name = EnvironmentName.preview(of: .branch("feature/login"), hashing: hashing)
        #expect(name.rawValue == "feature-login-3de620")
    }

    static let hostile: [[UInt8]] =
        [
            "", "-", "--", "---", ".", "..", "a..b", "@{", "x.lock", "HEAD", "refs/heads/refs/heads/x", "a b", "a\tb",
            "a\nb", "a\u{0}b", "\u{1b}[31m", "\u{202e}gpj", "<script>", "$(id)", "`id`", "'; drop", "%2e%2e", "é",
            "e\u{301}", "PR", "pr", "Pr", "www", "api", "admin", "slipway", "development", "pr-0", "pr-abc", "PR-12",
            String(repeating: "a", count: 40), String(repeating: "a", count: 41), String(repeating: "ab-", count: 70),
            String(repeating: "a", count: 32) + "-/-b", "𝕏", "ﬀ", "İ", "K",
        ].map { Array($0.utf8) } + [[0xff, 0xfe], [0xc0, 0xaf], Array(0...255)]

    @Test func hostileRefsGetDistinctWellFormedNames() {
        var seen: [EnvironmentName: [UInt8]] = [:]
        for short in Self.hostile {
            let ref = RefName(bytes: Array("refs/heads/".utf8) + short)
            let name = EnvironmentName.preview(of: ref, hashing: hashing)
            #expect(EnvironmentName(name.rawValue) == name, "\(ref)")
            #expect(!EnvironmentName.isReserved(name.rawValue), "\(ref) is \(name)")
            #expect(seen.updateValue(short, forKey: name) == nil, "\(ref) is \(name)")
        }
    }

    @Test func noBranchTakesTheNameOfAPullRequest() {
        let decimal: Hashing = { _ in Digest(String(repeating: "1", count: 64)) ?? hashing([]) }
        let name = EnvironmentName.preview(of: .branch("PR"), hashing: decimal)
        #expect(name.rawValue == "branch-pr-111111")
    }

    @Test(arguments: ["", "a--b", "-a", "a-", "A", "a_b", "a.b", "é", String(repeating: "a", count: 41)])
    func malformedNamesAreRefused(text: String) {
        #expect(EnvironmentName(text) == nil)
        #expect(ProjectName(text) == nil)
    }

    @Test func projectNamesAreShort() {
        #expect(ProjectName(String(repeating: "a", count: 30)) != nil)
        #expect(ProjectName(String(repeating: "a", count: 31)) == nil)
    }
}
