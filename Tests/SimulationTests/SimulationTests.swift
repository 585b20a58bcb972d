import FoundationEssentials
import Subprocess
import Testing

/// The simulation of the daemon's loops, run as the program it is: its clock and its threads are those of a process.
///
/// `make simulate` runs many more schedules; these few are a quick look that everything is in place.
@Suite struct SimulationTests {
    /// Runs `slipway-simulation`, which was built beside the tests.
    private static func simulate(_ arguments: String...) throws -> (status: Bool, output: String) {
        let program = Bundle.products + "/slipway-simulation"
        let completed = try Spawn.run(
            Command(executable: program, arguments: arguments), outputLimit: 1 << 20, deadline: .now + .seconds(240))
        return (completed.status.isSuccess, String(decoding: completed.output, as: UTF8.self))
    }

    @Test func everyScheduleEndsAsItShould() throws {
        let (isGood, output) = try Self.simulate("--seeds", "20-31")
        #expect(isGood, "\(output)")
    }

    @Test(arguments: [17, 30, 53])
    func aSeedIsTheSameEveryTime(seed: Int) throws {
        let (isGood, output) = try Self.simulate("--seed", "\(seed)", "--twice")
        #expect(isGood, "\(output)")
    }

    @Test func everyMutantIsCaught() throws {
        let (isGood, output) = try Self.simulate("--mutants", "1000")
        #expect(isGood, "\(output)")
        #expect(output.split(separator: "\n").count >= 15)
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
