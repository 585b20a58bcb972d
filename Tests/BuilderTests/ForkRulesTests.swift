import Model
import Testing

@testable import Builder

/// What a fork's Dockerfile may not ask for.
struct ForkRulesTests {
    private func refusal(_ text: String) -> StageFailure? {
        ForkRules.refusal(of: DockerfileScan(Array(text.utf8)), dockerfile: Array("Dockerfile".utf8))
    }

    @Test(arguments: [
        "FROM a\nRUN --mount=type=cache,target=/c x", "FROM a\nRUN --mo\\\nunt=type=cache,target=/c x",
        "# escape=`\nFROM a\nRUN --mo`\nunt=type=bind,from=b x", "FROM a\nONBUILD RUN --mount=type=secret x",
        "FROM a\nADD http://169.254.169.254/latest /x", "FROM a\nARG U\nADD $U /x", "FROM a\nadd \\\n https://a/b /x",
        "FROM a\nADD git@example.com:a/b.git /x", "FROM a\nONBUILD ADD https://a/b /x",
    ])
    func whatLeavesTheBuildIsRefused(_ text: String) {
        let failure = refusal(text)
        #expect(failure?.reason == .contextRefused && failure?.verdict == .stall, "\(text)")
    }

    @Test(arguments: [
        "FROM a\nCOPY . /x\nRUN make", "FROM scratch\nADD app.tar /", "FROM a AS b\nRUN x\nFROM a\nCOPY --from=b /x /x",
    ])
    func everythingElseIsNot(_ text: String) {
        #expect(refusal(text) == nil)
    }

    @Test func theLineIsNamed() {
        #expect(refusal("FROM a\nCOPY a b\nADD https://a/b /x")?.message.hasSuffix("Dockerfile:3") == true)
    }
}
