/// A line in which an engine names the image of a step.
enum StepImage {
    /// How many a build is believed to have.
    static let limit = 500
    /// Fewer digits name too many images; more are none.
    private static let digitRange = 10...64

    /// The first digits of the image's id in `--> 5bd82b4ff54`, `--> Using cache 9f72…` (Podman), ` ---> 3319c552aade`
    /// (Docker); nil for other output.
    static func digits(in line: String) -> String? {
        guard let arrow = ["--> ", " ---> "].first(where: { line.hasPrefix($0) }) else { return nil }
        var rest = line.dropFirst(arrow.count)
        if rest.hasPrefix("Using cache ") { rest = rest.dropFirst("Using cache ".count) }
        let isID = digitRange.contains(rest.utf8.count) && rest.utf8.allSatisfy { isHexDigit($0) }
        return isID ? String(rest) : nil
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
