/// What brings a daemon to a boundary.
enum Provocation: Sendable {
    /// Somebody pushes to the default branch.
    case push
    /// Somebody pushes a new branch.
    case branch
    /// Somebody pushes again while the former push is being built.
    case overtake
    /// Somebody tags what staging runs.
    case tag
    /// Somebody holds an environment.
    case hold
    /// Somebody rolls an environment back.
    case rollback
    /// The daemon starts.
    case start
    /// The daemon starts, and its database is gone.
    case amnesia
    /// The daemon is asked to stop.
    case stop
    /// Somebody asks for a copy of the records.
    case backup
    /// A build leaves something behind, and the daemon starts anew.
    case tidy

    /// What brings a daemon to the boundary of that name: a push, unless it is known to be something else.
    static func of(_ point: String) -> Self {
        switch point {
        case "build.cancel.sent": .overtake
        case "deploy.network.created": .branch
        case "deploy.volume.created": .hold
        case "life.start.locked": .start
        case "life.start.migrated", "life.start.adopted", "store.migrate.stmt": .amnesia
        case "life.drain.begin", "life.exit": .stop
        case "store.backup.mid": .backup
        case _ where point.hasPrefix("gc."): .tidy
        case _ where point.hasPrefix("promote."): .tag
        case _ where point.hasPrefix("rollback."): .rollback
        default: .push
        }
    }

    /// Whether the boundary is in a child, whose death the daemon survives.
    static func isInChild(_ point: String) -> Bool {
        point == "poll.child.started" || point.hasPrefix("poll.objects.")
    }

    /// Whether one process can come to the boundary more than once.
    var repeatsInOneProcess: Bool {
        switch self {
        case .push, .branch, .overtake, .tag, .hold, .rollback: true
        // A copy that nobody fetches keeps the next one waiting for a minute.
        case .start, .amnesia, .stop, .tidy, .backup: false
        }
    }
}
