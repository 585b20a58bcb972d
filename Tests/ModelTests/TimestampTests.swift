import FoundationEssentials
import Model
import Testing

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_769_850_300_123, "2026-01-31T09:05:00.123Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func isWrittenAndReadBack(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test func everyDayOfFourCenturiesSurvives() {
        for day in stride(from: Int64(-80_000), to: 80_000, by: 7) {
            let moment = Timestamp(milliseconds: day * 86_400_000 + 12_345)
            #expect(Timestamp(moment.description) == moment)
        }
    }

    @Test(arguments: [
        "", "Z", "2026-01-31T09:05:00Z", "2026-13-01T00:00:00.000Z", "2026-02-29T00:00:00.000Z",
        "2026-01-31T24:00:00.000Z", "2026-01-31 09:05:00.123Z", "2026/01/31T09:05:00.123Z", "-2026-01-31T09:05:00.12Z",
        "99999999999999999999-1-1-1-1-1-1Z", "9223372036854775807-1-1-1-1-1-1Z", "２026-01-31T09:05:00.123",
    ])
    func anythingElseIsNone(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func extremesAreWrittenWithoutATrap() {
        #expect(!Timestamp(milliseconds: .max).description.isEmpty)
        #expect(!Timestamp(milliseconds: .min).description.isEmpty)
    }

    @Test func survivesJSON() throws {
        let moment = Timestamp(milliseconds: 1_769_850_300_123)
        #expect(try JSONDecoder().decode(Timestamp.self, from: JSONEncoder().encode(moment)) == moment)
    }

    @Test func durationsAreAddedAndTaken() {
        let moment = Timestamp(milliseconds: 1000)
        #expect(moment.advanced(by: .milliseconds(1500)).milliseconds == 2500)
        #expect(moment.advanced(by: .seconds(-2)).milliseconds == -1000)
        #expect(moment.advanced(by: .seconds(7)).since(moment) == .seconds(7))
    }
}
