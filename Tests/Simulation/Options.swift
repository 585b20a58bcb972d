/// What the command line asks for.
struct Options {
    enum Mode {
        case seed(UInt64)
        case seeds(ClosedRange<UInt64>)
        case mutants(UInt64)
        case named
    }

    var mode = Mode.seeds(1...1000)
    var isTraced = false
    /// Whether the seed is run a second time, which must be the same in everything.
    var isTwice = false
    /// Whether the script of a failing seed is made as short as it can be.
    var isShrunk = false
    var extent = Extent.brief
    /// What runs in the worlds: the daemon as it is, or a broken one.
    var variant = Variant.real
    /// How many processes do the work.
    var jobs = 1
    /// Which part of the mutants is run, of how many.
    var part = (index: 0, of: 1)
    var problem: String?

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--trace": isTraced = true
            case "--twice": isTwice = true
            case "--named": mode = .named
            case "--shrink": isShrunk = true
            case "--long": extent = .long
            case "--mutant":
                let name = rest.popFirst()
                guard let mutant = Mutants.all.first(where: { $0.name == name }) else {
                    refuse(word)
                    return
                }
                variant = mutant
            case "--jobs":
                guard let count = rest.popFirst().flatMap({ Int($0) }), (1...64).contains(count) else {
                    refuse(word)
                    return
                }
                jobs = count
            case "--part":
                let numbers = (rest.popFirst() ?? "").split(separator: "/").compactMap { Int($0) }
                guard numbers.count == 2, numbers[0] >= 0, numbers[0] < numbers[1] else {
                    refuse(word)
                    return
                }
                part = (numbers[0], numbers[1])
            case "--mutants":
                guard let limit = rest.popFirst().flatMap({ UInt64($0) }) else {
                    refuse(word)
                    return
                }
                mode = .mutants(limit)
            case "--seed":
                guard let seed = rest.popFirst().flatMap({ UInt64($0) }) else {
                    refuse(word)
                    return
                }
                mode = .seed(seed)
            case "--seeds":
                let parts = (rest.popFirst() ?? "").split(separator: "-").compactMap { UInt64($0) }
                guard let first = parts.first, let last = parts.last, first <= last else {
                    refuse(word)
                    return
                }
                mode = .seeds(first...last)
            default:
                refuse(word)
                return
            }
        }
    }

    private mutating func refuse(_ word: String) { problem = "cannot use \(word)" }
}
