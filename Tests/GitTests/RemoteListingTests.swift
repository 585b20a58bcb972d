import Git
import TestSupport
import Testing

@Suite struct RemoteListingTests {
    private let workshop: GitWorkshop
    private let url: String

    init() throws {
        workshop = try GitWorkshop()
        url = "file://" + (try workshop.makeRemote())
    }

    private func names(_ lines: [RemoteLine]) -> [String] { lines.map { String(decoding: $0.name, as: UTF8.self) } }

    @Test func listsHeadBranchesAndWhatTagsName() throws {
        let commit = try workshop.push()
        try workshop.git("-C", workshop.path(of: "remote"), "tag", "-a", "v1", "-m", "one")
        try workshop.git("-C", workshop.path(of: "remote"), "push", "-q", "origin", "v1")
        let tag = try workshop.git("-C", workshop.path(of: "remote"), "rev-parse", "v1")

        let lines = try RemoteListing.list(url: url, options: RemoteOptions())
        #expect(
            lines == [
                RemoteLine(
                    name: Array("HEAD".utf8), target: commit, symbolicTarget: Array("refs/heads/main".utf8)),
                RemoteLine(name: Array("refs/heads/main".utf8), target: commit),
                RemoteLine(name: Array("refs/tags/v1".utf8), target: tag),
                RemoteLine(name: Array("refs/tags/v1^{}".utf8), target: commit),
            ])
    }

    @Test func anEmptyRepositoryHasNoLines() throws {
        #expect(try RemoteListing.list(url: url, options: RemoteOptions()) == [])
    }

    @Test func aRepositoryThatIsNotThereIsAnError() {
        let error = #expect(throws: GitError.self) {
            try RemoteListing.list(url: "file:///nonexistent.git", options: RemoteOptions())
        }
        #expect(error?.category == .system)
        #expect(error?.message.contains("nonexistent.git") == true)
    }

    @Test func leaksNothingOverAThousandListings() throws {
        try workshop.push()
        for _ in 0..<10 { _ = try RemoteListing.list(url: url, options: RemoteOptions()) }
        let before = try residentKilobytes()
        for _ in 0..<1000 {
            _ = try RemoteListing.list(url: url, options: RemoteOptions())
            _ = try? RemoteListing.list(url: "file:///nonexistent.git", options: RemoteOptions())
        }
        #expect(try residentKilobytes() < before + 8192)
    }
}
