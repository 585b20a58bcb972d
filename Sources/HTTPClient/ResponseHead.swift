/// The head of an answer, read line by line as libcurl hands it out.
struct ResponseHead {
    /// What a line meant.
    enum Outcome {
        /// More lines follow.
        case more
        /// This was the empty line behind the final head.
        case complete
        /// The head is longer than any honest one.
        case tooLong
    }

    /// How long a head may be, all lines together.
    static let byteLimit = 64 << 10

    private(set) var status = 0
    private(set) var headers: [HTTPHeader] = []
    private var byteCount = 0
    private var isComplete = false

    /// Takes one line with its line end.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Outcome {
        byteCount += line.count
        guard byteCount <= Self.byteLimit else { return .tooLong }
        let text = String(decoding: line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        if text.isEmpty {
            // RFC 9110, 15.2: heads of 1xx answers come before the final one. Trailers, which also arrive here, end likewise.
            guard status >= 200, !isComplete else { return .more }
            isComplete = true
            return .complete
        }
        if text.hasPrefix("HTTP/") {
            let parts = text.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
            headers = []
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            // Behind the final head: a trailer, which is where Caddy's admin API puts its ETag.
            headers.append(HTTPHeader(String(text[..<colon]), trimmed(text[text.utf8.index(after: colon)...])))
        }
        return .more
    }

    private func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }
}
