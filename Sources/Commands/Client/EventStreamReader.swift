/// Takes a stream of server-sent events apart (HTML Living Standard, section 9.2): bytes in, the data of each event out.
struct EventStreamReader: Sendable {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var isAfterReturn = false

    /// An event that is longer is dropped.
    private static let byteLimit = 1 << 20

    /// Takes the next bytes; returns the data of every event they complete.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            let isFeed = byte == UInt8(ascii: "\n")
            defer { isAfterReturn = byte == UInt8(ascii: "\r") }
            // CR LF is one line end.
            if isFeed, isAfterReturn { continue }
            guard isFeed || byte == UInt8(ascii: "\r") else {
                if line.count < Self.byteLimit { line.append(byte) }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty {
            defer {
                data = []
                hasData = false
            }
            return hasData ? data : nil
        }
        let field = Array("data:".utf8)
        guard line.starts(with: field) else { return nil }
        var value = line.dropFirst(field.count)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        guard data.count + value.count <= Self.byteLimit else { return nil }
        if hasData { data.append(UInt8(ascii: "\n")) }
        data += value
        hasData = true
        return nil
    }
}
