/// Cuts a stream into its lines, one JSON object each; both engines end every object with a line feed.
struct JSONLines {
    /// How long one object may be: a build's output line is the longest there is.
    static let byteLimit = 1 << 20

    /// What cannot be cut into lines.
    struct TooLong: Error {}

    private var rest: [UInt8] = []

    /// Takes a piece and returns the lines it completes, without empty ones.
    mutating func take(_ piece: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest + piece[start..<end]
            rest = []
            if line.contains(where: { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: " ") }) { lines.append(line) }
            start = end + 1
        }
        rest += piece[start...]
        guard rest.count <= Self.byteLimit else { throw TooLong() }
        return lines
    }
}

/// Takes the frames off a container's log: eight bytes before each piece say whose it is and how long.
///
/// Pieces are handed on as they arrive; a frame is never put together, so its length needs no bound.
struct LogFrames {
    /// What is no log.
    struct Malformed: Error {}

    private var head: [UInt8] = []
    private var missing = 0

    /// Takes a piece of the stream and returns the pieces of output in it.
    mutating func take(_ piece: [UInt8]) throws(Malformed) -> [[UInt8]] {
        var output: [[UInt8]] = []
        var rest = piece[...]
        while !rest.isEmpty {
            if missing > 0 {
                let part = rest.prefix(missing)
                missing -= part.count
                rest = rest.dropFirst(part.count)
                output.append(Array(part))
                continue
            }
            let part = rest.prefix(8 - head.count)
            head += part
            rest = rest.dropFirst(part.count)
            guard head.count == 8 else { continue }
            // The first byte is the stream, 0 to 2 (3 is Docker's own error), the next three are zero.
            guard head[0] <= 3, head[1...3].allSatisfy({ $0 == 0 }) else { throw Malformed() }
            missing = head[4...].reduce(0) { $0 << 8 | Int($1) }
            head = []
        }
        return output
    }
}
