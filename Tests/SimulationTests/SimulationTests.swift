import FoundationEssentials
import Subprocess
import Testing

/// The simulation of the daemon's loops, run as the program it is: its clock and its threads are those of a process.
///
/// `scripts/test` builds it optimised and names it in `SLIPWAY_SIMULATION`; without that, the one that was built beside
/// the tests runs fewer schedules. One test after the other: each has all processors.
@Suite(.serialized) struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let optimised = environment["SLIPWAY_SIMULATION"]
    private static let jobs = "\(ProcessInfo.processInfo.activeProcessorCount)"

    /// Runs `slipway-simulation`.
    private static func simulate(_ arguments: String...) throws -> (status: Bool, output: String) {
        let completed = try Spawn.run(
            Command(executable: optimised ?? Bundle.products + "/slipway-simulation", arguments: arguments),
            outputLimit: 1 << 20, deadline: .now + .seconds(600))
        return (completed.status.isSuccess, String(decoding: completed.output, as: UTF8.self))
    }

    @Test func everyScheduleEndsAsItShould() throws {
        let seeds = Self.optimised == nil ? "1-60" : "1-10000"
        let (isGood, output) = try Self.simulate("--seeds", seeds, "--jobs", Self.jobs)
        #expect(isGood, "\(output)")
        print(output)
    }

    @Test func longSchedulesDoToo() throws {
        let (isGood, output) = try Self.simulate(
            "--long", "--seeds", Self.optimised == nil ? "1-20" : "1-2000", "--jobs", Self.jobs)
        #expect(isGood, "\(output)")
        print(output)
    }

    @Test(arguments: [17, 30, 53])
    func aSeedIsTheSameEveryTime(seed: Int) throws {
        let (isGood, output) = try Self.simulate("--seed", "\(seed)", "--twice")
        #expect(isGood, "\(output)")
    }

    @Test func everyMutantIsCaught() throws {
        let (isGood, output) = try Self.simulate("--long", "--mutants", "1000", "--jobs", Self.jobs)
        #expect(isGood, "\(output)")
        #expect(output.split(separator: "\n").count >= 20)
    }

    @Test func whatFailsSaysHowToRepeatItAndIsShrunk() throws {
        let mutant = "does not mend what runs"
        let (isGood, output) = try Self.simulate("--long", "--mutant", mutant, "--seeds", "1-20")
        #expect(!isGood)
        let lines = output.split(separator: "\n")
        let violation = try #require(lines.first)
        let seed = violation.dropFirst("seed ".count).prefix { $0 != ":" }
        #expect(violation.hasPrefix("seed \(seed): I-10"), "\(output)")
        let schedule = try #require(lines.firstIndex { $0.hasPrefix("the shortest schedule of seed \(seed) ") })
        let end = try #require(lines.firstIndex { $0.hasPrefix("  => I-10") })
        #expect((1...6).contains(end - schedule - 1), "\(output)")
        let again = try Self.simulate("--long", "--mutant", mutant, "--seed", String(seed), "--twice")
        #expect(!again.status)
        #expect(again.output.hasPrefix(violation), "\(again.output)")
    }

    @Test func whatWasBrokenOnceStaysMended() throws {
        let (isGood, output) = try Self.simulate("--named")
        #expect(isGood, "\(output)")
    }
}

private enum Bundle {
    /// Where the build puts programs: this very bundle of tests lies beside them.
    static var products: String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let path = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? own
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
