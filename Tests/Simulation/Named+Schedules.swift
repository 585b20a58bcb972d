/// What seeds found, shrunk to what it takes.
extension Named {
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
        Schedule(
            name: "what the remote shows is written down once the disk has room again", seeds: [27] + Array(1...4),
            entries: [
                at(6164, .push(project: 0, branch: 1, tree: 9, hint: .prompt)),
                at(6379, .diskFull(milliseconds: 2318)),
                at(7973, .push(project: 0, branch: 2, tree: 33, hint: .prompt)),
            ]),
        Schedule(
            name: "a machine that was suspended while a container started gives it a chance",
            seeds: [197] + Array(1...4),
            entries: [at(4954, .suspended(milliseconds: 90_000_000))]),
        Schedule(
            name: "what ends while another container is mended is mended, too", seeds: [446] + Array(1...4),
            entries: [
                at(4512, .blow(.happensLate(milliseconds: 3257), on: .inspect, nth: 4)),
                at(8315, .push(project: 0, branch: 2, tree: 33, hint: .prompt)), at(8330, .engineRestart),
                at(11_861, .containerKilled(8349)), at(12_118, .containerKilled(1237)),
            ]),
        Schedule(
            name: "what is made anew on another port is routed there", seeds: [385],
            entries: [
                at(1775, .imageRemoved(34_422)), at(2756, .blow(.fails, on: .write, nth: 0)),
                at(4834, .blow(.crashBefore(downFor: 589), on: .write, nth: 5)),
                at(6250, .tag(project: 0, step: 1, hint: .late(12_877))), at(13_861, .containerPaused(28_483)),
            ]),
        Schedule(
            name: "deliveries while a remote is away do not keep it unlooked at for long", seeds: [393] + Array(1...4),
            entries: [
                at(233, .remoteDown(project: 0, milliseconds: 7694)),
                at(2440, .push(project: 0, branch: 4, tree: 34, hint: .doubled)),
                at(5167, .remoteDown(project: 0, milliseconds: 15_327)),
                at(5387, .tag(project: 0, step: 1, hint: .doubled)),
                at(6283, .tag(project: 0, step: 0, hint: .late(12_212))),
                at(10_439, .tag(project: 0, step: 1, hint: .prompt)),
            ]),
        Schedule(
            name: "after a move of routes that nobody heard of, nothing is taken away from under the proxy",
            seeds: [494, 1068],
            entries: [
                at(2109, .push(project: 0, branch: 1, tree: 55, hint: .doubled)),
                at(2120, .blow(.failsAfterwards, on: .routes, nth: 5)),
                at(4254, .delete(project: 0, environment: 5)), at(6472, .proxyKilled),
                at(18_505, .blow(.fails, on: .routes, nth: 11)),
            ]),
        Schedule(
            name: "without records, what was found unfinished is not taken for a release", seeds: [107] + Array(1...4),
            entries: [at(1632, .recordsLost(downFor: 968)), at(3755, .tag(project: 0, step: 0, hint: .prompt))]),
        Schedule(
            name: "what ended, was started and ended again looks the same and is mended", seeds: [443] + Array(1...4),
            entries: [
                at(735, .push(project: 0, branch: 2, tree: 35, hint: .late(10_754))),
                at(1603, .push(project: 0, branch: 0, tree: 10, hint: .doubled)), at(4847, .secondDaemon),
                at(11_824, .containerKilled(16_202)), at(12_573, .engineRestart), at(15_426, .engineRestart),
            ]),
        Schedule(
            name: "a listing that was not taken in before it was repeated is taken in", seeds: [1142] + Array(1...4),
            entries: [
                at(338, .blow(.happensLate(milliseconds: 1866), on: .inspect, nth: 8)),
                at(1696, .push(project: 0, branch: 1, tree: 30, hint: .prompt)),
                at(2297, .push(project: 0, branch: 2, tree: 27, hint: .prompt)),
                at(3418, .push(project: 0, branch: 3, tree: 10, hint: .late(1610))),
                at(4288, .tag(project: 0, step: 1, hint: .prompt)),
                at(4499, .push(project: 0, branch: 0, tree: 0, hint: .doubled)),
                at(4654, .push(project: 0, branch: 2, tree: 47, hint: .prompt)),
                at(4851, .tag(project: 0, step: 1, hint: .prompt)),
            ]),
        Schedule(
            name: "an environment that is deleted and wanted again at once comes back", seeds: [1274] + Array(1...4),
            entries: [
                at(988, .remoteDown(project: 0, milliseconds: 8241)),
                at(5495, .push(project: 0, branch: 1, tree: 14, hint: .late(18_233))),
                at(6043, .merge(project: 0, branch: 3, hint: .prompt)), at(10_045, .delete(project: 0, environment: 3)),
                at(10_210, .tag(project: 0, step: 1, hint: .prompt)),
                at(11_944, .push(project: 0, branch: 2, tree: 23, hint: .prompt)),
            ]),
        Schedule(
            name: "a deployment that was cut off ends when what was there before is wanted again",
            seeds: [1326] + Array(1...4),
            entries: [
                at(7504, .push(project: 0, branch: 1, tree: 24, hint: .doubled)),
                at(9612, .blow(.crashAfter(downFor: 1617), on: .start, nth: 4)), at(11_359, .renameDefault(project: 0)),
                at(11_650, .engineDown(milliseconds: 5483)), at(12_273, .staleDelivery(project: 0)),
                at(18_494, .push(project: 0, branch: 1, tree: 3, hint: .prompt)),
                at(20_205, .remoteDown(project: 0, milliseconds: 14_917)), at(34_096, .renameDefault(project: 0)),
            ]),
    ]
}
