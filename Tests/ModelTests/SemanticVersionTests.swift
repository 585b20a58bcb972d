import Model
import Testing

struct SemanticVersionTests {
    /// Section 11 of the specification, and numbers no machine word holds.
    private static let ascending = [
        "0.0.0-0", "0.0.0", "0.0.1", "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
        "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0", "1.10.10", "2.0.0-1",
        "2.0.0-2", "2.0.0-10", "2.0.0--", "2.0.0-A", "2.0.0-a", "2.0.0", "2.1.0",
        "99999999999999999999.0.0", "100000000000000000000.0.0",
    ]

    @Test func precedenceIsTotal() throws {
        let versions = try Self.ascending.map { try #require(SemanticVersion($0)) }
        for (left, first) in versions.enumerated() {
            for (right, second) in versions.enumerated() {
                #expect((first < second) == (left < right), "\(Self.ascending[left]) and \(Self.ascending[right])")
                #expect((first == second) == (left == right))
            }
        }
    }

    @Test func buildMetadataDoesNotCount() {
        #expect(SemanticVersion("1.0.0+a") == SemanticVersion("v1.0.0+b.001"))
    }

    @Test(arguments: ["1.0.0", "v1.0.0", "1.0.0-rc.1", "1.0.0-0a", "1.0.0+001", "1.0.0-a+b", "1.0.0---x"])
    func versionsAreRead(text: String) {
        #expect(SemanticVersion(text) != nil)
    }

    @Test(arguments: [
        "", "v", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0+", "1.0.0+a..b",
        "1.0.0-é", "V1.0.0", "vv1.0.0", " 1.0.0", "1.0.0 ", "1.0.0\n", "-1.0.0", "+1.0.0", "1.-0.0", "１.0.0", "1,0,0",
        "release-1.0.0", "1.0.0-a_b",
    ])
    func anythingElseIsNone(text: String) {
        #expect(SemanticVersion(text) == nil)
    }
}
