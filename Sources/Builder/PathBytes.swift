/// The characters of a path; a byte that is not part of valid UTF-8 stands for itself, outside of Unicode.
func pathScalars(_ bytes: some Sequence<UInt8>) -> [UInt32] {
    let bytes = Array(bytes)
    guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes.map(UInt32.init) }
    var result: [UInt32] = []
    var decoder = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
        switch decoder.parseScalar(from: &iterator) {
        case .emptyInput: return result
        case .valid(let encoded):
            result.append(Unicode.UTF8.decode(encoded).value)
            offset += encoded.count
        case .error(let length):
            for index in offset..<min(offset + length, bytes.count) {
                result.append(0x8000_0000 | UInt32(bytes[index]))
            }
            offset += length
        }
    }
}

/// The shortest path that means the same, by the rules of Go's path/filepath.Clean; `.` where nothing is left.
func cleanedPath(_ path: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "/")
    let isAbsolute = path.first == slash
    var parts: [ArraySlice<UInt8>] = []
    for part in path.split(separator: slash) where part != [UInt8(ascii: ".")] {
        if part == dotDot, let last = parts.last, last != dotDot {
            parts.removeLast()
        } else if part != dotDot || !isAbsolute {
            parts.append(part)
        }
    }
    let joined = Array(parts.joined(separator: [slash]))
    if isAbsolute { return [slash] + joined }
    return joined.isEmpty ? [UInt8(ascii: ".")] : joined
}

/// The two bytes that name a parent directory.
let dotDot: ArraySlice<UInt8> = [UInt8(ascii: "."), UInt8(ascii: ".")]

/// The bytes without the ASCII white space around them.
func trimmed(_ bytes: [UInt8]) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return Array(bytes[first...last])
}
