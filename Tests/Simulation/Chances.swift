/// Seeded random numbers: splitmix64 (Steele, Lea, Flood 2014), so that a seed gives the same ones on every machine.
struct Chances: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// A number from 0 up to, but without, the limit.
    mutating func below(_ limit: Int) -> Int {
        Int((UInt64(truncatingIfNeeded: next() >> 32) &* UInt64(limit)) >> 32)
    }

    /// True in that many of a hundred cases.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of them.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// From 0 up to 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
