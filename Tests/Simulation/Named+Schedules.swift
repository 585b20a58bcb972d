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
        Schedule(
            name: "a hold that was taken while a write took long is not taken back by it", seeds: [6353] + Array(1...4),
            entries: [
                at(2348, .push(project: 0, branch: 2, tree: 50, hint: .prompt)),
                at(3778, .engineDown(milliseconds: 5088)),
                at(6464, .blow(.slow(milliseconds: 20_432), on: .write, nth: 3)),
                at(10_335, .hold(project: 0, environment: 1)),
            ]),
        Schedule(
            name: "what was paused after an adoption is mended", seeds: [7639] + Array(1...4),
            entries: [
                at(4011, .engineRestart),
                at(5083, .recordsLost(downFor: 149)),
                at(10_931, .containerPaused(2961)),
            ]),
        Schedule(
            name: "what was served before a crash is not gone back from because what came next failed",
            seeds: [2036] + Array(1...4),
            entries: [
                at(2089, .push(project: 0, branch: 3, tree: 42, hint: .late(10_285))),
                at(2373, .containerKilled(64_179)),
                at(4725, .push(project: 0, branch: 4, tree: 52, hint: .late(1931))),
                at(5773, .tag(project: 0, step: 1, hint: .prompt)),
                at(6591, .push(project: 0, branch: 0, tree: 40, hint: .late(15_405))),
                at(8103, .blow(.crashBefore(downFor: 148), on: .network, nth: 6)),
                at(8897, .blow(.crashAfter(downFor: 259), on: .fetch, nth: 5)),
                at(9567, .push(project: 0, branch: 2, tree: 23, hint: .dropped)),
                at(12_436, .push(project: 0, branch: 0, tree: 12, hint: .prompt)),
                at(12_484, .crash(downFor: 4233)),
            ]),
        Schedule(
            name: "what was mended and serves is not stopped to let it rest", seeds: [17558] + Array(1...4),
            entries: [
                at(1291, .push(project: 0, branch: 0, tree: 13, hint: .prompt)),
                at(6430, .deleteManyBranches(project: 0)),
                at(8027, .push(project: 0, branch: 0, tree: 16, hint: .prompt)),
                at(10_376, .delete(project: 0, environment: 0)),
                at(10_585, .containerKilled(57_143)),
                at(11_106, .tag(project: 0, step: 2, hint: .prompt)),
                at(11_195, .containerKilled(56_967)),
            ]),
        Schedule(
            name: "routes that were lost while what runs was made under an older configuration come back",
            seeds: [19715] + Array(1...4),
            entries: [
                at(2799, .push(project: 0, branch: 2, tree: 44, hint: .dropped)),
                at(3813, .containerStopped(40_393)),
                at(4267, .reboot(downFor: 3091)),
                at(4464, .blow(.crashAfter(downFor: 334), on: .write, nth: 7)),
                at(4559, .blow(.slow(milliseconds: 13_299), on: .routes, nth: 4)),
                at(12_477, .routesLost),
            ]),
        Schedule(
            name: "something comes of a delivery that was written although its first answer was an error",
            seeds: [10011] + Array(1...4),
            entries: [
                at(2541, .push(project: 0, branch: 2, tree: 53, hint: .prompt)),
                at(3230, .remoteDown(project: 1, milliseconds: 3715)),
                at(4116, .diskFull(milliseconds: 1686)),
                at(6219, .tag(project: 1, step: 2, hint: .doubled)),
                at(6949, .blow(.failsAfterwards, on: .write, nth: 2)),
                at(8803, .tag(project: 0, step: 1, hint: .doubled)),
            ]),
        Schedule(
            name: "what was adopted before a crash and not understood yet is understood after it",
            seeds: [11012] + Array(1...4),
            entries: [
                at(4207, .remoteDown(project: 0, milliseconds: 7910)),
                at(5396, .recordsLost(downFor: 1248)),
                at(8975, .merge(project: 0, branch: 1, hint: .late(17_405))),
                at(9773, .crash(downFor: 88)),
                at(13_538, .containerRemoved(45_468)),
            ]),
        Schedule(
            name: "routes that were lost while they were read come back", seeds: [990] + Array(1...4),
            entries: [
                at(278, .blow(.crashBefore(downFor: 901), on: .image, nth: 9)),
                at(2054, .blow(.fails, on: .image, nth: 2)),
                at(2959, .tag(project: 0, step: 2, hint: .prompt)),
                at(2959, .push(project: 0, branch: 0, tree: 30, hint: .prompt)),
                at(3540, .push(project: 0, branch: 4, tree: 45, hint: .late(6003))),
                at(6005, .crash(downFor: 264)),
                at(7671, .routesLost),
            ]),
        Schedule(
            name: "what another commit's containers served before a crash is not gone back from",
            seeds: [15838] + Array(1...4),
            entries: [
                at(1565, .tag(project: 1, step: 0, hint: .dropped)),
                at(7930, .containerKilled(63_231)),
                at(9385, .push(project: 0, branch: 2, tree: 13, hint: .late(2002))),
                at(10_441, .push(project: 1, branch: 3, tree: 41, hint: .prompt)),
                at(15_440, .blow(.crashAfter(downFor: 1531), on: .inspect, nth: 3)),
                at(15_738, .push(project: 1, branch: 0, tree: 20, hint: .dropped)),
                at(21_127, .deleteManyBranches(project: 0)),
                at(22_436, .push(project: 1, branch: 0, tree: 2, hint: .late(1873))),
                at(22_626, .tag(project: 1, step: 2, hint: .dropped)),
                at(25_879, .push(project: 0, branch: 1, tree: 17, hint: .doubled)),
                at(26_602, .merge(project: 0, branch: 2, hint: .dropped)),
                at(26_853, .blow(.crashBefore(downFor: 831), on: .read, nth: 3)),
                at(28_570, .blow(.crashBefore(downFor: 2187), on: .listRemote, nth: 1)),
                at(28_858, .deploy(project: 1, environment: 6, commit: 14)),
                at(31_308, .blow(.crashBefore(downFor: 344), on: .listContainers, nth: 4)),
                at(32_093, .deleteBranch(project: 1, branch: 2, hint: .dropped)),
                at(32_799, .push(project: 1, branch: 2, tree: 13, hint: .dropped)),
                at(33_513, .staleDelivery(project: 1)),
                at(34_184, .push(project: 0, branch: 0, tree: 29, hint: .prompt)),
                at(34_312, .deleteTag(project: 1)),
            ]),
        Schedule(
            name: "a preview whose branch nobody could write down goes with it", seeds: [19740] + Array(1...4),
            entries: [
                at(2157, .push(project: 0, branch: 2, tree: 36, hint: .doubled)),
                at(2430, .diskFull(milliseconds: 5420)),
                at(3390, .tag(project: 0, step: 0, hint: .doubled)),
                at(3616, .push(project: 0, branch: 3, tree: 4, hint: .doubled)),
                at(7108, .push(project: 0, branch: 3, tree: 37, hint: .doubled)),
                at(8220, .blow(.crashAfter(downFor: 312), on: .write, nth: 6)),
                at(8851, .deleteBranch(project: 0, branch: 3, hint: .prompt)),
                at(10_543, .containerStopped(46_062)),
            ]),
        Schedule(
            name: "a machine that was suspended while a container started gives it more than one look",
            seeds: [24355] + Array(1...4),
            entries: [
                at(19, .blow(.crashBefore(downFor: 951), on: .start, nth: 3)),
                at(285, .staleDelivery(project: 0)),
                at(387, .blow(.crashAfter(downFor: 1520), on: .write, nth: 2)),
                at(782, .push(project: 0, branch: 3, tree: 48, hint: .prompt)),
                at(1981, .tag(project: 0, step: 2, hint: .dropped)),
                at(2537, .staleDelivery(project: 0)),
                at(2779, .tag(project: 0, step: 0, hint: .dropped)),
                at(3545, .push(project: 0, branch: 4, tree: 52, hint: .prompt)),
                at(3970, .push(project: 0, branch: 1, tree: 25, hint: .doubled)),
                at(4172, .merge(project: 0, branch: 4, hint: .doubled)),
                at(4627, .tag(project: 0, step: 0, hint: .prompt)),
                at(6039, .blow(.failsAfterwards, on: .look, nth: 3)),
                at(6461, .suspended(milliseconds: 90_000_000)),
            ]),
        Schedule(
            name: "routes that may be lost are removed with their environment", seeds: [25264] + Array(1...4),
            entries: [
                at(1019, .blow(.failsAfterwards, on: .inspect, nth: 10)),
                at(1095, .blow(.failsAfterwards, on: .read, nth: 0)),
                at(3354, .push(project: 0, branch: 3, tree: 17, hint: .prompt)),
                at(4432, .push(project: 0, branch: 3, tree: 31, hint: .dropped)),
                at(4614, .merge(project: 0, branch: 4, hint: .prompt)),
                at(5605, .routesLost),
                at(6546, .proxyRefuses(milliseconds: 5595)),
                at(7376, .delete(project: 0, environment: 6)),
            ]),
        Schedule(
            name: "an engine that comes back after minutes is used at once",
            entries: [
                at(2900, .engineDown(milliseconds: 900_000)),
                at(3000, .push(project: 0, branch: 0, tree: 2, hint: .prompt)),
                at(3100, .push(project: 0, branch: 2, tree: 3, hint: .prompt)),
                at(280_000, .staleDelivery(project: 0)),
            ]),
        Schedule(
            name: "a disk that has room again after minutes is written to soon",
            entries: [
                at(2900, .diskFull(milliseconds: 900_000)),
                at(3000, .push(project: 0, branch: 0, tree: 2, hint: .prompt)),
                at(3100, .push(project: 0, branch: 2, tree: 3, hint: .prompt)),
                at(280_000, .staleDelivery(project: 0)),
            ]),
        Schedule(
            name: "a proxy that takes routes again after minutes gets them at once",
            entries: [
                at(2900, .proxyRefuses(milliseconds: 900_000)),
                at(3000, .push(project: 0, branch: 0, tree: 2, hint: .prompt)),
                at(3100, .push(project: 0, branch: 2, tree: 3, hint: .prompt)),
                at(280_000, .staleDelivery(project: 0)),
            ]),
        Schedule(
            name: "a deployment that failed, was tried again and then cut off by a crash is tried again at its time",
            seeds: [13_869] + Array(1...4),
            entries: [
                at(1245, .push(project: 0, branch: 3, tree: 8, hint: .dropped)),
                at(5290, .engineDown(milliseconds: 6728)),
                at(6283, .blow(.crashBefore(downFor: 1612), on: .proxy, nth: 6)),
                at(6351, .diskFull(milliseconds: 3237)),
                at(6378, .push(project: 0, branch: 0, tree: 23, hint: .dropped)),
                at(7682, .tag(project: 0, step: 2, hint: .prompt)), at(9234, .wallJump(milliseconds: 31_536_000_000)),
                at(13_072, .confirmDefault(project: 0)),
            ]),
        Schedule(
            name: "a container whose removal nobody heard of is not taken into service", seeds: [9759] + Array(1...4),
            extent: .brief,
            entries: [
                at(140, .blow(.fails, on: .inspect, nth: 3)),
                at(482, .blow(.happensLate(milliseconds: 3474), on: .remove, nth: 1)),
                at(1454, .blow(.fails, on: .inspect, nth: 3)),
                at(3695, .diskFull(milliseconds: 2405)),
            ]),
    ]
}
