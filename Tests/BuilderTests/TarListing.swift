/// A tar archive as lines of text: `path mode data` or `path -> target`, read by a reader of the tests' own.
enum TarListing {
    static func read(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var longPath: String?
        var offset = 0
        while offset + 512 <= bytes.count, bytes[offset] != 0 {
            func text(_ start: Int, _ length: Int) -> String {
                String(decoding: bytes[(offset + start)..<(offset + start + length)].prefix { $0 != 0 }, as: UTF8.self)
            }
            let size = Int(text(124, 12).filter { $0 != " " }, radix: 8) ?? 0
            let data = String(decoding: bytes[(offset + 512)..<(offset + 512 + size)], as: UTF8.self)
            let mode = text(100, 8).filter { $0 != " " }.drop { $0 == "0" }
            let path = longPath ?? text(0, 100)
            longPath = nil
            switch text(156, 1) {
            case "x":
                longPath =
                    data.split(separator: "\n").compactMap { line in
                        line.firstRange(of: " path=").map { String(line[$0.upperBound...]) }
                    }.first
            case "2": lines.append("\(path) -> \(text(157, 100))")
            default: lines.append(([path, String(mode)] + (data.isEmpty ? [] : [data])).joined(separator: " "))
            }
            offset += 512 + (size + 511) / 512 * 512
        }
        return lines
    }
}
