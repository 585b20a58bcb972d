/// One entry of a tar archive, read by a reader of the tests' own (ustar and pax, POSIX.1-2001).
struct TarEntry: Equatable {
    let path: String
    let type: Character
    let mode: Int
    let target: String
    let data: String

    static func read(_ bytes: [UInt8]) -> [TarEntry] {
        var entries: [TarEntry] = []
        var extended: [String: String] = [:]
        var offset = 0
        while offset + 512 <= bytes.count, bytes[offset] != 0 {
            let header = bytes[offset..<offset + 512]
            func text(_ start: Int, _ length: Int) -> String {
                String(decoding: header[(offset + start)..<(offset + start + length)].prefix { $0 != 0 }, as: UTF8.self)
            }
            func octal(_ start: Int, _ length: Int) -> Int {
                Int(text(start, length).filter { $0 != " " }, radix: 8) ?? 0
            }
            let size = octal(124, 12)
            let data = String(decoding: bytes[(offset + 512)..<(offset + 512 + size)], as: UTF8.self)
            let type = Character(Unicode.Scalar(bytes[offset + 156]))
            if type == "x" {
                extended = pax(data)
            } else {
                let prefix = text(345, 155)
                entries.append(
                    TarEntry(
                        path: extended["path"] ?? (prefix.isEmpty ? text(0, 100) : prefix + "/" + text(0, 100)),
                        type: type, mode: octal(100, 8), target: extended["linkpath"] ?? text(157, 100), data: data))
                extended = [:]
            }
            offset += 512 + (size + 511) / 512 * 512
        }
        return entries
    }

    private static func pax(_ text: String) -> [String: String] {
        var result: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " "), let equals = line.firstIndex(of: "=") else { continue }
            result[String(line[line.index(after: space)..<equals])] = String(line[line.index(after: equals)...])
        }
        return result
    }
}
