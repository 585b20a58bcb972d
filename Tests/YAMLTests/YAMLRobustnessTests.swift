import Testing
import YAML

struct YAMLRobustnessTests {
    /// Every reading opens and drops a parser, most of them on a failing path.
    @Test func survivesThousandsOfMutations() {
        let seed = Array("a: [1, {b: \"x\\n\"}]\n# c\nd: |\n  e\n  ä\nf: &g *h\n? i\n: !!j 'k'\n---\n".utf8)
        var random = SplitMix(state: 7)
        for _ in 0..<2000 {
            var bytes = seed
            for _ in 0...Int(random.next() % 6) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                default: bytes.removeSubrange(place..<min(place + 3, bytes.count - 1))
                }
            }
            _ = try? YAMLDocument(bytes)
        }
    }

    @Test func survivesRandomBytes() {
        var random = SplitMix(state: 11)
        for length in 0..<1000 {
            _ = try? YAMLDocument((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }
}

/// Small, seeded and good enough for mutations (splitmix64).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
