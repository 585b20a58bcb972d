import Model
import Testing

struct PullRequestRefTests {
    @Test(
        arguments: [
            ("refs/pull/42/head", 42), ("refs/merge-requests/7/head", 7), ("refs/pull/42/merge", nil),
            ("refs/pull/head", nil), ("refs/pull//head", nil), ("refs/pull/042/head", nil), ("refs/pull/4x/head", nil),
            ("refs/pull/1234567890/head", nil), ("refs/heads/refs/pull/42/head", nil), ("refs/pull/42/head/x", nil),
            ("refs/merge-requests/7/train", nil),
        ] as [(String, Int?)])
    func headsAreToldFromOtherRefs(name: String, number: Int?) {
        #expect(RefName(name).pullRequest == number)
    }

    @Test func theirPreviewIsNamedForTheNumberAlone() {
        let hashing: Hashing = { _ in
            Digest(String(repeating: "1", count: 64)) ?? { preconditionFailure("64 digits") }()
        }
        #expect(EnvironmentName.preview(of: RefName("refs/pull/42/head"), hashing: hashing).rawValue == "pr-42")
        #expect(EnvironmentName("pr-42")?.pullRequest == 42)
        for name in ["pr-x", "pr-4-2", "branch-pr-42", "prx42", "staging"] {
            #expect(EnvironmentName(name)?.pullRequest == nil)
        }
        // No branch can take the name.
        #expect(EnvironmentName.preview(of: .branch("pr-42"), hashing: hashing).pullRequest == nil)
    }

    @Test(arguments: GitHostKind.allCases)
    func everyHostHasThemAtItsPlace(_ kind: GitHostKind) {
        let head = kind.head(ofPullRequest: 42)
        #expect((head == nil) == (kind == .bitbucket))
        #expect(head.map { $0.pullRequest == 42 } ?? true)
    }
}
