import FoundationEssentials
import Glibc

/// How long the long runs are: a few rounds in `make test`, all of them in `make chaos`.
enum ChaosSize {
    /// A number from the environment, where `make chaos` puts it.
    static func count(_ variable: String, default few: Int) -> Int {
        getenv(variable).flatMap { Int(String(cString: $0)) } ?? few
    }

    /// How often a daemon is killed amid pushes on a real engine.
    static let kills = count("SLIPWAY_CHAOS_KILLS", default: 6)
    /// How often an engine is restarted between a push and the moment it is live.
    static let engineRestarts = count("SLIPWAY_CHAOS_ENGINE_RESTARTS", default: 2)
    /// How many previews come and go on a scripted engine, and on a real one.
    static let previews = count("SLIPWAY_CHAOS_PREVIEWS", default: 20)
    static let realPreviews = count("SLIPWAY_CHAOS_REAL_PREVIEWS", default: 5)
    /// How many deployments the daemon's memory is looked at over.
    static let deployments = count("SLIPWAY_CHAOS_DEPLOYMENTS", default: 120)
    /// Whether deliveries go wrong in every way there is, or in the worst ones.
    static let allDeliveries = count("SLIPWAY_CHAOS_DELIVERIES", default: 0) != 0
    /// The program whose memory is looked at; nil: the one that was built with the tests.
    static let program = getenv("SLIPWAY_CHAOS_PROGRAM").map { String(cString: $0) }
    /// What chance begins with: the same again for the same schedule of wishes.
    static let seed = UInt64(count("SLIPWAY_CHAOS_SEED", default: Int(time(nil))))
}

/// Chance that can be repeated: splitmix64, http://prng.di.unimi.it/splitmix64.c
struct SeededChance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
