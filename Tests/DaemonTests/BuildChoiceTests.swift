import Model
import Testing

@testable import Daemon

/// Which build `slipway logs --build` shows of an environment.
struct BuildChoiceTests {
    private func build(_ number: Int64, of commit: Int, key: Int) -> BuildRecord {
        BuildRecord(
            number: number, project: Fixture.id.project, service: "web", key: Fixture.digest(key),
            commit: Fixture.commit(commit), startedAt: Fixture.now)
    }

    private func use(_ commit: Int, keys: Int...) -> BuildChoice.Use {
        .init(commit: Fixture.commit(commit), keys: Set(keys.map { Fixture.digest($0) }))
    }

    private func choice(_ uses: BuildChoice.Use...) -> BuildChoice? {
        // The newest is another environment's.
        let builds = [build(9, of: 9, key: 90), build(3, of: 3, key: 30), build(2, of: 2, key: 20)]
        return BuildChoice.newest(of: builds, for: Fixture.id, uses: uses)
    }

    /// Staging runs what was built for a preview: its newest build is not the one of its commit before.
    @Test func oneThatAnotherEnvironmentNeededFirstIsFoundByItsKey() {
        let choice = choice(use(4, keys: 30), use(2, keys: 20))
        #expect(choice?.build.number == 3)
        #expect(
            choice?.sentence
                == "build 3 (web, commit 0000000), the newest of shop/staging, whose 0000000 needs the same")
    }

    /// A build that runs or has failed yields no release, and is known by its commit or by its candidate.
    @Test func oneThatHasNotMadeAReleaseIsFoundToo() {
        #expect(choice(use(3), use(2, keys: 20))?.build.number == 3)
        #expect(
            choice(use(3, keys: 30), use(3), use(2, keys: 20))?.sentence
                == "build 3 (web, commit 0000000), the newest of shop/staging")
    }

    @Test func whatNeededNoBuildHasNone() {
        #expect(choice(use(5, keys: 50)) == nil)
        #expect(BuildChoice(build: build(9, of: 9, key: 90)).sentence == "build 9 (web, commit 0000000)")
    }
}
