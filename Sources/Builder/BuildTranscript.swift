import Model

/// What is kept of a build's output while it runs: the last lines and the step that was begun last.
///
/// Bounded: a line is cut at 1 KiB, however long it is.
struct BuildTranscript: Sendable, Hashable {
    /// How many lines a failure shows.
    static let lineLimit = 20
    /// How many bytes of a line are kept.
    static let byteLimit = 1024

    /// The last complete lines, oldest first, safe to print.
    private(set) var lastLines: [String] = []
    /// The step that was begun last.
    private(set) var step: StepLine?
    /// How many steps were begun.
    private(set) var stepCount = 0
    /// The images of steps, each once, by the first digits of their ids.
    private(set) var stepImages: [String] = []

    private var partial: [UInt8] = []

    /// Takes in the next piece of output, which may end anywhere.
    mutating func take(_ piece: String) {
        for byte in piece.utf8 {
            // A carriage return is how progress bars overwrite themselves.
            if byte == 0x0a || byte == 0x0d {
                endLine()
            } else if partial.count < Self.byteLimit {
                partial.append(byte)
            }
        }
    }

    /// Ends a line that has no line feed.
    mutating func endLine() {
        defer { partial = [] }
        let line = String(printable(withoutTerminalControls(partial)).trimmingEndSpaces())
        guard !line.isEmpty, !line.contains("+(UNHANDLED LOGLEVEL)") else { return }
        if let step = StepLine(line) {
            self.step = step
            stepCount += 1
        } else if let digits = StepImage.digits(in: line), stepImages.count < StepImage.limit,
            !stepImages.contains(digits)
        {
            stepImages.append(digits)
        }
        lastLines.append(line)
        if lastLines.count > Self.lineLimit { lastLines.removeFirst() }
    }
}

/// The bytes without terminal control sequences (ECMA-48, 5.4: `ESC [`, parameters, a final byte); tabs become spaces.
func withoutTerminalControls(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: { $0 < 0x20 }) else { return bytes }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if bytes[index] == 0x1b, index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "[") {
            index += 2
            while index < bytes.count, !(0x40...0x7e).contains(bytes[index]) { index += 1 }
        } else {
            result.append(bytes[index] == 0x09 ? 0x20 : bytes[index])
        }
        index += 1
    }
    return result
}
