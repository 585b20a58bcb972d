import Glibc
import Model

/// Moments and durations as people read and write them.
enum TimeText {
    /// `12 s`, `4 min`, `3 h`, `5 d`: one number is enough.
    static func short(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<10: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    /// How long something will still take, to the nearest: `7 d` when a minute of seven days has passed.
    static func left(_ duration: Duration) -> String {
        let seconds = (max(0, duration.wholeMilliseconds) + 500) / 1000
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\((seconds + 30) / 60) min"
        case ..<172_800: "\((seconds + 1800) / 3600) h"
        default: "\((seconds + 43_200) / 86_400) d"
        }
    }

    /// `12 s ago`; `now` within a second, also for a moment of a clock that is ahead of ours.
    static func ago(_ moment: Timestamp, now: Timestamp) -> String {
        let elapsed = now.since(moment)
        if elapsed < .seconds(1) { return "now" }
        return elapsed < .seconds(10) ? "\(elapsed.components.seconds) s ago" : short(elapsed) + " ago"
    }

    /// `2026-01-31 09:05:00Z`, to the second.
    static func clock(_ moment: Timestamp) -> String {
        let text = moment.description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }

    /// Reads `90s`, `1.5m`, `2h`, `500ms`, `1d`, and a number of seconds.
    static func duration(_ text: String) -> Duration? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !number.isEmpty, let value = Double(number), value.isFinite else { return nil }
        let unit: Double? =
            switch text.dropFirst(number.count) {
            case "ms": 0.001
            case "", "s": 1
            case "m", "min": 60
            case "h": 3600
            case "d": 86_400
            default: nil
            }
        guard let unit, value * unit <= longest else { return nil }
        return .milliseconds(Int64((value * unit * 1000).rounded()))
    }

    /// Ten years, in seconds: nobody waits longer.
    private static let longest = 315_360_000.0
}
