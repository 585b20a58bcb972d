/// Short schedules for what the simulation found broken once.
enum Named {
    struct Schedule {
        let name: String
        let entries: [Script.Entry]
    }

    private static func at(_ moment: Int, _ event: Event) -> Script.Entry { .init(at: moment, event: event) }

    static let all: [Schedule] = [
        Schedule(
            name: "a first deployment that a crash cut off does not stay open",
            entries: [
                at(5000, .push(project: 0, branch: 4, tree: 0, hint: .prompt)), at(6200, .crash(downFor: 500)),
            ]),
        Schedule(
            name: "a container that was paused, for which there is no event, is mended",
            entries: [at(15_000, .containerPaused(0)), at(30_000, .containerPaused(1))]),
        Schedule(
            name: "routes that were lost with the records come back",
            entries: [at(12_000, .recordsLost(downFor: 500)), at(12_100, .routesLost)]),
        Schedule(
            name: "a clock that was set back a year delays no second attempt",
            entries: [
                at(3000, .engineDown(milliseconds: 4000)),
                at(3100, .push(project: 0, branch: 0, tree: 2, hint: .prompt)),
                at(6000, .wallJump(milliseconds: -31_536_000_000)),
            ]),
        Schedule(
            name: "a delivery for a repository that says the same again is settled",
            entries: (1...6).map { at($0 * 4000, .staleDelivery(project: 0)) }),
        Schedule(
            name: "an environment that went is not left with a network that came late",
            entries: [
                at(5000, .push(project: 0, branch: 5, tree: 0, hint: .prompt)),
                at(5001, .blow(.happensLate(milliseconds: 4000), on: .network, nth: 3)),
                at(7000, .deleteBranch(project: 0, branch: 5, hint: .prompt)),
            ]),
        Schedule(
            name: "a disk that was full while a deployment became live loses nothing of it",
            entries: [
                at(8000, .push(project: 0, branch: 0, tree: 1, hint: .prompt)),
                at(10_000, .diskFull(milliseconds: 5000)),
                at(12_000, .push(project: 0, branch: 0, tree: 3, hint: .prompt)),
            ]),
        Schedule(
            name: "a crash between the moving of routes and the writing of it does not move them back",
            entries: [
                at(8000, .push(project: 0, branch: 0, tree: 1, hint: .prompt)),
                at(8001, .blow(.crashAfter(downFor: 500), on: .routes, nth: 2)),
            ]),
    ]

    /// Runs each of them in several worlds; how many failed.
    static func run() -> Int32 {
        var failed: Int32 = 0
        for schedule in all {
            for seed in 1...UInt64(8) {
                let result = Runs.world(seed, script: Script(entries: schedule.entries))
                guard let violation = result.violation else { continue }
                failed += 1
                print("\(schedule.name), seed \(seed): \(violation)")
            }
        }
        print("\(all.count) named schedules, \(failed) failed")
        return failed == 0 ? 0 : 1
    }
}
