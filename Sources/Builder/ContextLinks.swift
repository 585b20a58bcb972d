/// Where the symbolic links of a tree lead, without ever following one on a disk.
struct ContextLinks: Sendable {
    /// Link targets as written, by path from the repository's root.
    let targets: [[UInt8]: [UInt8]]

    /// Where a link leads.
    enum End: Sendable, Hashable {
        /// To this path in the repository, whether there is anything or not.
        case inside([UInt8])
        /// To an absolute path.
        case absolute
        /// Above the repository's root.
        case outside
        /// Round in a circle.
        case circle
    }

    /// How many links may follow one another: Linux's own limit, path_resolution(7).
    private static let hopLimit = 40

    /// Follows the link at a path, and those it meets, by name alone.
    func end(of link: [UInt8]) -> End {
        let slash = UInt8(ascii: "/")
        var place: [ArraySlice<UInt8>] = []
        var rest = Array(link.split(separator: slash).reversed())
        var hops = 0
        while let part = rest.popLast() {
            if part == [UInt8(ascii: ".")] { continue }
            if part == dotDot {
                guard place.popLast() != nil else { return .outside }
                continue
            }
            place.append(part)
            guard let target = targets[Array(place.joined(separator: [slash]))] else { continue }
            hops += 1
            guard hops <= Self.hopLimit else { return .circle }
            guard target.first != slash else { return .absolute }
            place.removeLast()
            rest += target.split(separator: slash).reversed()
        }
        return .inside(Array(place.joined(separator: [slash])))
    }
}
