/// How much happens in a world.
enum Extent: Sendable {
    /// Ten faults within seconds of two or three pushes, so that very many worlds can be run.
    case brief
    /// Twice as much and for longer, in one world of twenty for most of a minute.
    case long
}

extension Script {
    /// The script of a seed.
    static func random(seed: UInt64, projects: Int, extent: Extent) -> Script {
        var chances = Chances(seed: seed &* 0x9E37_79B9 ^ 0xACE)
        let isLong = extent == .long && chances.percent(5)
        let span: Int
        let count: Int
        let faults: Int
        switch (isLong, extent) {
        case (true, _): (span, count, faults) = (50_000, 16 + chances.below(12), 12 + chances.below(8))
        case (false, .long):
            (span, count, faults) = (6000 + chances.below(9000), 5 + chances.below(5), 10 + chances.below(4))
        case (false, .brief): (span, count, faults) = (1500 + chances.below(2500), 2 + chances.below(2), 10)
        }
        var entries: [Entry] = []
        // Things come in bursts: half of them soon after the one before, some in the same millisecond.
        var at = 500
        for _ in 0..<count {
            at += chances.percent(55) ? max(0, chances.below(1800) - 300) : chances.below(2 * span / count)
            entries.append(Entry(at: min(at, span), event: git(&chances, projects)))
        }
        for _ in 0..<faults { entries.append(Entry(at: chances.below(span), event: fault(&chances, projects))) }
        if chances.percent(50) {
            for _ in 0..<(1 + chances.below(isLong ? 4 : 2)) {
                entries.append(Entry(at: chances.below(span), event: person(&chances, projects)))
            }
        }
        return Script(entries: entries.sorted { $0.at < $1.at })
    }

    private static func hint(_ chances: inout Chances) -> Event.Hint {
        switch chances.below(10) {
        case 0..<5: .prompt
        case 5: .doubled
        case 6..<8: .late(chances.below(20_000))
        default: .dropped
        }
    }

    private static func git(_ chances: inout Chances, _ projects: Int) -> Event {
        let project = chances.below(projects)
        let branch = chances.below(5)
        return switch chances.below(100) {
        case 0..<38: .push(project: project, branch: branch, tree: chances.below(64), hint: hint(&chances))
        case 38..<44: .forcePush(project: project, branch: branch, back: 1 + chances.below(3), hint: hint(&chances))
        case 44..<54: .deleteBranch(project: project, branch: branch, hint: hint(&chances))
        case 54..<74: .merge(project: project, branch: branch, hint: hint(&chances))
        case 74..<90: .tag(project: project, step: chances.below(3), hint: hint(&chances))
        case 90..<93: .tagLower(project: project, hint: hint(&chances))
        case 93..<95: .moveTag(project: project)
        case 95..<97: .deleteTag(project: project)
        case 97: .renameDefault(project: project)
        case 98: .deleteManyBranches(project: project)
        default: .staleDelivery(project: project)
        }
    }

    private static func person(_ chances: inout Chances, _ projects: Int) -> Event {
        let (project, environment) = (chances.below(projects), chances.below(8))
        return switch chances.below(8) {
        case 0: .hold(project: project, environment: environment)
        case 1, 2: .resume(project: project, environment: environment)
        case 3, 4: .rollback(project: project, environment: environment)
        case 5: .deploy(project: project, environment: environment, commit: chances.below(64))
        case 6: .delete(project: project, environment: environment)
        default: chances.percent(50) ? .approveDeletions(project: project) : .confirmDefault(project: project)
        }
    }

    private static func fault(_ chances: inout Chances, _ projects: Int) -> Event {
        let some = chances.below(1 << 16)
        return switch chances.below(100) {
        case 0..<45: struck(&chances)
        case 45..<50: .engineDown(milliseconds: 200 + chances.below(8000))
        case 50..<53: .engineRestart
        case 53..<58: .remoteDown(project: some % projects, milliseconds: 500 + chances.below(15_000))
        case 58..<63: .containerKilled(some)
        case 63..<66: .containerStopped(some)
        case 66..<68: .containerPaused(some)
        case 68..<71: .containerRemoved(some)
        case 71..<73: .nameTaken(project: some % projects)
        case 73..<75: .portTaken
        case 75..<76: .imageRemoved(some)
        case 76..<77: .networkRemoved(some)
        case 77..<80: .proxyKilled
        case 80..<82: .routesLost
        case 82..<85: .proxyRefuses(milliseconds: 200 + chances.below(6000))
        case 85..<88: .diskFull(milliseconds: 200 + chances.below(6000))
        case 88..<90: .wallJump(milliseconds: chances.pick([-31_536_000_000, 31_536_000_000, -3_600_000, 3_600_000]))
        case 90..<91: .suspended(milliseconds: chances.pick([60_000, 90_000_000]))
        case 91..<95: .crash(downFor: chances.below(8000))
        case 95..<96: .secondDaemon
        case 96..<98: .reboot(downFor: 500 + chances.below(8000))
        case 98: .recordsLost(downFor: chances.below(4000))
        default: .staleDelivery(project: some % projects)
        }
    }

    /// A blow on one of the next calls of a kind: what is seldom called is struck soon, or it never would be.
    private static func struck(_ chances: inout Chances) -> Event {
        let crossing = chances.pick(Crossing.allCases)
        return .blow(blow(&chances), on: crossing, nth: chances.below(crossing.isSeldom ? 3 : 12))
    }

    private static func blow(_ chances: inout Chances) -> Blow {
        switch chances.below(10) {
        case 0..<2: .fails
        case 2..<4: .failsAfterwards
        case 4: .happensLate(milliseconds: 1 + chances.below(4000))
        case 5: .slow(milliseconds: 500 + chances.below(20_000))
        case 6, 7: .crashBefore(downFor: chances.below(3000))
        default: .crashAfter(downFor: chances.below(3000))
        }
    }
}
