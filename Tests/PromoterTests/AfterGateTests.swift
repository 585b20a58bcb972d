import Model
import Promoter
import Testing

struct AfterGateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let arrange: @Sendable (inout World) -> Void
        let gates: [Gate]
        init(_ description: String, gates: [Gate], arrange: @escaping @Sendable (inout World) -> Void) {
            testDescription = description
            self.arrange = arrange
            self.gates = gates
        }
    }

    private static func after(_ blocker: String, _ remedy: String? = nil) -> Gate {
        Gate(kind: .after, blocker: "tag v1.0.0 \(blocker)", remedy: remedy)
    }

    private static let command = "`slipway deploy shop staging \(ObjectID.number(5))`"

    // Tag v1.0.0 at commit 5; main is wherever the row puts it.
    static let rows = [
        Row("first deployment to come", gates: [after("waits for staging, which has not run 0000005 yet")]) {
            $0.branch("main", at: 5)
        },
        Row("same content to come", gates: [after("waits for staging, which has not run 0000006 yet")]) {
            $0.branch("main", at: 6)
            $0.read(5)
            $0.read(6, content: 5)
        },
        Row("deploying", gates: [after("waits for staging, which is deploying 0000005")]) {
            $0.branch("main", at: 6)
            $0.environment("staging", ref: .branch("main")) { $0.inProgress = .number(5) }
        },
        Row(
            "failed",
            gates: [
                after(
                    "waits for staging, which failed on 0000005: exit 1",
                    "push a mended commit and tag that; or \(command) tries this one again")
            ]
        ) {
            $0.branch("main", at: 6)
            $0.environment("staging", ref: .branch("main")) { $0.fail(5, "exit 1") }
        },
        Row("tried again after a failure", gates: [after("waits for staging, which is deploying 0000005")]) {
            $0.branch("main", at: 5)
            $0.environment("staging", ref: .branch("main")) {
                $0.fail(5, "exit 1")
                $0.inProgress = .number(5)
            }
        },
        Row(
            "passed over",
            gates: [
                after(
                    "waits for staging, which has not run 0000005 and goes on to 0000006", "\(command) sends it there")
            ]
        ) {
            $0.branch("main", at: 6)
            $0.read(5)
        },
        Row(
            "passed over and not read",
            gates: [
                after(
                    "waits for staging, which has not run 0000005 and goes on to 0000006", "\(command) sends it there"),
                Gate(kind: .facts, blocker: "commit 0000005 has not been read yet"),
            ]
        ) {
            $0.branch("main", at: 6)
        },
        Row("refused", gates: [after("names 0000005, which cannot be run: no Dockerfile")]) {
            $0.branch("main", at: 6)
            $0.refuse(5, "no Dockerfile")
        },
        Row(
            "staging held",
            gates: [
                after(
                    "waits for staging, which has not run 0000005 and is held",
                    "`slipway resume shop staging` lifts the hold")
            ]
        ) {
            $0.branch("main", at: 6)
            $0.read(5)
            $0.environment("staging", ref: .branch("main"), live: 3) {
                $0.hold = Hold(kind: .frozen, reason: "x", since: Timestamp(milliseconds: 0))
            }
        },
    ]

    @Test(arguments: rows)
    func saysWhatIsMissing(_ row: Row) {
        var world = World()
        world.tag("v1.0.0", at: 5)
        row.arrange(&world)
        #expect(world.intent("production") == .wait(commit: .number(5), gates: row.gates))
    }

    @Test func noSuchEnvironmentIsSaid() {
        var world = World(policy: .init(staging: nil))
        world.tag("v1.0.0", at: 5)
        guard case .wait(_, let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.first?.remedy?.hasPrefix("define environments.staging in slipway.yml") == true)
    }

    @Test func personMaySendAPassedOverCommitToStaging() {
        var world = World()
        world.tag("v1.0.0", at: 5)
        world.branch("main", at: 6)
        world.request("staging", 5)
        #expect(world.intent("staging") == .run(.number(5)))
        #expect(world.reason("production") == "tag v1.0.0 waits for staging, which has not run 0000005 yet")
        world.environment("staging", ref: .branch("main"), live: 5)
        guard case .promote(.number(5), _) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(world.intent("staging") == .run(.number(5)))
    }
}
