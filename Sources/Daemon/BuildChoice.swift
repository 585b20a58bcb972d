import Model

/// Which build's output somebody sees who asks for that of an environment: pure.
struct BuildChoice: Sendable {
    /// The build.
    let build: BuildRecord
    /// The environment that it is the newest of, and the commit that runs what it made there.
    private var place: (id: EnvironmentID, commit: ObjectID)?

    /// A commit that an environment was to run, and the keys of the builds that it needed, as far as they are known.
    struct Use: Sendable, Hashable {
        let commit: ObjectID
        let keys: Set<Digest>
    }

    /// How far back deployments and builds are looked at: much further than output is kept.
    static let limit = 100

    /// A build that was asked for by its number, or the project's newest.
    init(build: BuildRecord) { self.build = build }

    /// The newest of the builds that an environment's deployments needed; nil: there is none.
    ///
    /// A build is on record for the commit that it was first made for, often another environment's: its key tells.
    ///
    /// - Parameters:
    ///   - builds: the project's.
    ///   - uses: what the environment was to run, newest first.
    static func newest(of builds: [BuildRecord], for id: EnvironmentID, uses: [Use]) -> BuildChoice? {
        func use(of build: BuildRecord) -> Use? {
            uses.first { $0.commit == build.commit || $0.keys.contains(build.key) }
        }
        let found = builds.filter { use(of: $0) != nil }.max { $0.number < $1.number }
        guard let found, let use = use(of: found) else { return nil }
        var choice = BuildChoice(build: found)
        choice.place = (id, use.commit)
        return choice
    }

    /// Which build it is, in words.
    var sentence: String {
        let what = "build \(build.number) (\(build.service), commit \(build.commit.short))"
        guard let place else { return what }
        let other = place.commit == build.commit ? "" : ", whose \(place.commit.short) needs the same"
        return "\(what), the newest of \(place.id)\(other)"
    }
}
