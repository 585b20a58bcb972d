/// What happens to a world from outside, and when: all that the shrinker may leave out.
struct Script: Sendable {
    /// One thing that happens.
    struct Entry: Sendable, CustomStringConvertible {
        /// Milliseconds after the world began.
        var at: Int
        var event: Event

        var description: String { "\(at) ms: \(event)".replacing("slipway_simulation.", with: "") }
    }

    var entries: [Entry]

    /// The last moment at which something happens; afterwards no fault comes any more.
    var end: Int { entries.map(\.at).max() ?? 0 }

    /// How many of the entries are faults.
    var faults: Int { entries.count { $0.event.isFault } }
}

/// What may happen. Numbers choose among what there is at that moment, so that an entry means something in every world.
enum Event: Sendable {
    // Git, in one of the projects
    case push(project: Int, branch: Int, tree: Int, hint: Hint)
    case forcePush(project: Int, branch: Int, back: Int, hint: Hint)
    case deleteBranch(project: Int, branch: Int, hint: Hint)
    case deleteManyBranches(project: Int)
    case merge(project: Int, branch: Int, hint: Hint)
    case tag(project: Int, step: Int, hint: Hint)
    case tagLower(project: Int, hint: Hint)
    case moveTag(project: Int)
    case deleteTag(project: Int)
    case renameDefault(project: Int)
    case staleDelivery(project: Int)
    // People
    case hold(project: Int, environment: Int)
    case resume(project: Int, environment: Int)
    case rollback(project: Int, environment: Int)
    case deploy(project: Int, environment: Int, commit: Int)
    case delete(project: Int, environment: Int)
    case approveDeletions(project: Int)
    case confirmDefault(project: Int)
    // Faults
    case blow(Blow, on: Crossing, nth: Int)
    case engineDown(milliseconds: Int)
    case engineRestart
    case remoteDown(project: Int, milliseconds: Int)
    case containerKilled(Int)
    case containerStopped(Int)
    case containerPaused(Int)
    case containerRemoved(Int)
    case nameTaken(project: Int)
    case portTaken
    case imageRemoved(Int)
    case networkRemoved(Int)
    case proxyKilled
    case routesLost
    case proxyRefuses(milliseconds: Int)
    case diskFull(milliseconds: Int)
    case wallJump(milliseconds: Int64)
    case suspended(milliseconds: Int64)
    case crash(downFor: Int)
    case secondDaemon
    case reboot(downFor: Int)
    case recordsLost(downFor: Int)

    /// What becomes of the webhook of a change.
    enum Hint: Sendable {
        case prompt
        case doubled
        /// After that many milliseconds.
        case late(Int)
        case dropped
    }

    var isFault: Bool {
        switch self {
        case .blow, .engineDown, .engineRestart, .remoteDown, .containerKilled, .containerStopped, .containerPaused,
            .containerRemoved, .nameTaken, .portTaken, .imageRemoved, .networkRemoved, .proxyKilled, .routesLost,
            .proxyRefuses, .diskFull, .wallJump, .suspended, .crash, .secondDaemon, .reboot, .recordsLost,
            .staleDelivery:
            true
        case .push(_, _, _, let hint), .forcePush(_, _, _, let hint), .deleteBranch(_, _, let hint),
            .merge(_, _, let hint), .tag(_, _, let hint), .tagLower(_, let hint):
            if case .prompt = hint { false } else { true }
        default: false
        }
    }
}

/// What a call across a boundary may meet.
enum Blow: Sendable {
    /// It fails, and nothing happened.
    case fails
    /// It fails for the caller, and happened all the same.
    case failsAfterwards
    /// It fails for the caller, and happens later; at once where nothing can be on its way.
    case happensLate(milliseconds: Int)
    /// It takes long.
    case slow(milliseconds: Int)
    /// The daemon dies before it happens.
    case crashBefore(downFor: Int)
    /// The daemon dies when it has happened.
    case crashAfter(downFor: Int)
}

/// The boundaries that the daemon's calls cross.
enum Crossing: String, Sendable, CaseIterable {
    case listContainers, inspect, create, start, stop, remove, network, volume, image, build, look
    case routes, proxy
    case listRemote, fetch
    case read, write, open

    /// Whether it is a call of this machine's, that has happened or not once it returns.
    var isLocal: Bool {
        switch self {
        case .read, .write, .open, .routes: true
        default: false
        }
    }

    /// Whether a deployment makes only a few such calls, or none.
    var isSeldom: Bool {
        switch self {
        case .create, .start, .stop, .remove, .build, .fetch, .open: true
        default: false
        }
    }

    /// Whether anything may be different after it. Who changes the proxy's or its routes says so.
    var mayChange: Bool {
        switch self {
        case .read, .inspect, .listContainers, .look, .listRemote, .proxy, .routes: false
        default: true
        }
    }

    /// Whether it may change the world: what a daemon whose records are another's by now must not do.
    var isEffect: Bool {
        switch self {
        case .create, .start, .stop, .remove, .network, .volume, .image, .build, .routes, .proxy: true
        default: false
        }
    }
}
