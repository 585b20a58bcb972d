import Glibc

/// What tests do to the daemon while it works on one object. Only in debug builds.
///
/// `SLIPWAY_POISON` names the object, or with a slash at its end the beginning of several names;
///`SLIPWAY_POISON_BY` the way: `trap` (unless given), `abort`, `overflow` of the
/// stack, `kill` from outside.
enum Poison {
    #if DEBUG
    private static let object = getenv("SLIPWAY_POISON").map { String(cString: $0) }
    private static let way = getenv("SLIPWAY_POISON_BY").map { String(cString: $0) } ?? "trap"

    static func takeEffect(on name: String) {
        guard let object, name == object || object.hasSuffix("/") && name.hasPrefix(object) else { return }
        switch way {
        case "abort": abort()
        case "kill": kill(getpid(), SIGKILL)
        case "overflow": _ = deeper(1)
        default: fatalError("poison in \(name)")
        }
    }

    @inline(never)
    private static func deeper(_ depth: Int) -> Int { depth == .max ? 0 : deeper(depth + 1) &+ deeper(depth + 2) }
    #else
    static func takeEffect(on name: String) {}
    #endif
}
