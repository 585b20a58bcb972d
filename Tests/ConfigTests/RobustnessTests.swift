import Config
import Testing

struct RobustnessTests {
    @Test(arguments: ["config/slipway.yml", "config/config.yml"])
    func mutationsOfTheReferencesAreReadOrRefused(path: String) throws {
        let original = Array(try ReferenceFiles.text(path).utf8)
        let lines = original.split(separator: 0x0a, omittingEmptySubsequences: false)
        var random = SplitMix(state: 3)
        for _ in 0..<600 {
            var bytes = original
            switch random.next() % 4 {
            case 0:
                let line = Int(random.next() % UInt64(lines.count))
                let kept = lines.enumerated().filter { $0.offset != line }.map(\.element)
                bytes = Array(kept.joined(separator: [0x0a]))
            case 1:
                let (one, other) = (Int(random.next() % UInt64(lines.count)), Int(random.next() % UInt64(lines.count)))
                var swapped = lines
                swapped.swapAt(one, other)
                bytes = Array(swapped.joined(separator: [0x0a]))
            default:
                for _ in 0...Int(random.next() % 4) {
                    let place = Int(random.next() % UInt64(bytes.count))
                    bytes[place] = UInt8(
                        truncatingIfNeeded: random.next() % 3 == 0 ? random.next() : 0x20 + random.next() % 95)
                }
            }
            expectPositions(bytes)
        }
    }

    @Test func randomBytesAreReadOrRefused() {
        var random = SplitMix(state: 5)
        for length in 0..<300 {
            expectPositions((0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    @Test(arguments: [
        "services: {" + (0..<3000).map { "s\($0): {depends_on: [s\($0 + 1)]}" }.joined(separator: ", ") + "}",
        "name: " + String(repeating: "x", count: 200_000),
        String(repeating: "a", count: 5000) + ": 1",
        "services: { web: { health: { interval: 9223372036854775807d } } }",
        "services: { web: { resources: { memory: 9223372036854775807Gi, cpu: 1e400 } } }",
        "services: { web: { resources: { cpu: nan } } }",
        "services: { web: { replicas: -9223372036854775809 } }",
    ])
    func extremesAreRefused(text: String) {
        let problems = Reading.manifestProblems(text)
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { $0.utf8.count < 2000 })
    }

    /// Both readers end, and what they refuse has a place in the file.
    private func expectPositions(_ bytes: [UInt8]) {
        do throws(ConfigError) {
            _ = try ManifestReader.read(bytes)
        } catch {
            #expect(!error.problems.isEmpty)
        }
        do throws(ConfigError) {
            _ = try ConfigurationReader.read(bytes, file: "c", surroundings: Reading.root)
        } catch {
            #expect(!error.problems.isEmpty)
            #expect(error.problems.allSatisfy { $0.line >= 0 && $0.column >= 0 })
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
