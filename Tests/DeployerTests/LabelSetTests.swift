import Model
import Testing

@testable import Deployer

struct LabelSetTests {
    @Test func everythingIsReadBack() {
        let hold = Hold(
            kind: .rolledBack, reason: "see incident: 12@noon", since: Timestamp(milliseconds: 1_700_000_000_123))
        var wanted = WantedEnvironment.make(hold: hold)
        wanted.expires = Timestamp(milliseconds: 1_800_000_000_000)
        wanted.ref = RefName(bytes: Array("refs/heads/caf".utf8) + [0xe9])
        let labels = LabelSet(instance: "i", wanted: wanted, service: .make(), replica: 2, port: 20_007)
        #expect(LabelSet(labels.encoded) == labels)
    }

    @Test func labelsOfNoEnvironmentAreNotRead() {
        #expect(LabelSet([Label.instance: "i", Label.project: "shop"]) == nil)
        #expect(LabelSet([Label.project: "shop", Label.environment: "staging"]) == nil)
        #expect(LabelSet([Label.instance: "i", Label.project: "../x", Label.environment: "staging"]) == nil)
    }

    @Test func aLabelThatCannotBeReadCountsAsAbsent() {
        var labels = LabelSet(instance: "i", environment: .make()).encoded
        labels[Label.release] = "latest"
        labels[Label.replica] = "one"
        #expect(LabelSet(labels) == LabelSet(instance: "i", environment: .make()))
    }

    @Test(arguments: ["", "frozen", "frozen@now: x", "melted@2026-01-31T09:05:00.123Z: x"])
    func otherTextIsNoHold(_ text: String) {
        #expect(HoldLabel.hold(in: text) == nil)
    }
}

struct LabelReaderTests {
    /// What is remembered of an id counts for the very same labels alone: a stranger's container may have it too.
    @Test func otherLabelsUnderTheSameIdAreReadAnew() {
        let reader = LabelReader()
        let (one, two) = (
            LabelSet(instance: "i", environment: .make("shop", "one")),
            LabelSet(instance: "i", environment: .make("shop", "two"))
        )
        for _ in 0..<2 {
            #expect(reader.read(one.encoded, of: "a") == one)
            #expect(reader.read(two.encoded, of: "a") == two)
            #expect(reader.read([:], of: "a") == nil)
        }
    }
}
