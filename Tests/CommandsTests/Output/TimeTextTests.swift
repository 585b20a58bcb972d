import Model
import Testing

@testable import Commands

struct TimeTextTests {
    @Test(arguments: [
        (Duration.milliseconds(0), "0.0 s"), (.milliseconds(1_490), "1.4 s"), (.seconds(12), "12 s"),
        (.seconds(119), "119 s"), (.seconds(120), "2 min"), (.seconds(7_199), "119 min"), (.seconds(7_200), "2 h"),
        (.seconds(172_800), "2 d"), (.seconds(-5), "0.0 s"),
    ])
    func durationsAreOneNumber(_ duration: Duration, _ text: String) {
        #expect(TimeText.short(duration) == text)
    }

    @Test(arguments: [
        (Duration.seconds(7 * 86_400) - .milliseconds(1), "7 d"), (.seconds(7 * 86_400 - 50_000), "6 d"),
        (.seconds(86_399), "24 h"), (.seconds(3599), "60 min"), (.milliseconds(9_900), "10 s"), (.seconds(-5), "0 s"),
    ])
    func whatIsLeftIsRounded(_ duration: Duration, _ text: String) {
        #expect(TimeText.left(duration) == text)
    }

    @Test(arguments: [
        (Duration.milliseconds(300), "now"), (.seconds(-60), "now"), (.milliseconds(1_500), "1 s ago"),
        (.seconds(59), "59 s ago"), (.seconds(10_800), "3 h ago"),
    ])
    func momentsAreSeenFromNow(_ age: Duration, _ text: String) {
        #expect(TimeText.ago(.before(age), now: noon) == text)
    }

    @Test func theClockIsToTheSecond() {
        #expect(TimeText.clock(noon) == "2026-01-31 12:00:00Z")
    }

    @Test(arguments: [
        ("60", Duration.seconds(60)), ("60s", .seconds(60)), ("1.5m", .seconds(90)), ("5min", .seconds(300)),
        ("2h", .seconds(7_200)), ("1d", .seconds(86_400)), ("250ms", .milliseconds(250)), ("0", .zero),
    ])
    func durationsAreRead(_ text: String, _ duration: Duration) {
        #expect(TimeText.duration(text) == duration)
    }

    @Test(arguments: ["", "s", "-5s", "5 s", "5w", "1e9", "1.2.3s", "99999999999999d", "٣s"])
    func whatIsNoDurationIsRefused(_ text: String) {
        #expect(TimeText.duration(text) == nil)
    }
}
