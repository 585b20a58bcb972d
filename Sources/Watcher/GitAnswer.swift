import FoundationEssentials
import Model

/// What a Git child writes to its standard output: one line per fact, names as bytes.
///
/// Not JSON, for what is polled all day is dear: a hundred remotes have ten thousands of refs.
///
///     list 3              the listing of the fourth address begins
///     head refs/heads/main
///     ref <target> <peeled, or -> <name>
///     end                 it is complete
///     failure 4 {…}       the fifth address could not be listed
///     fetched
enum GitAnswer {
    /// A failure as it travels.
    private struct Failure: Codable {
        let reason: StageFailure.Reason
        let isRetried: Bool
        let message: String
        let hint: String?
    }

    /// The lines of one address's result.
    static func lines(of result: Result<RefListing, StageFailure>, index: Int) -> [UInt8] {
        switch result {
        case .failure(let failure): return line(of: failure, index: index)
        case .success(let listing):
            var lines = Array("list \(index)\n".utf8)
            if let head = listing.head { lines += Array("head ".utf8) + head.bytes + [newline] }
            for ref in listing.refs {
                lines += "ref \(ref.target.hex) \(ref.peeled?.hex ?? "-") ".utf8
                lines += ref.name.bytes
                lines.append(newline)
            }
            return lines + Array("end\n".utf8)
        }
    }

    /// The line of one failure.
    static func line(of failure: StageFailure, index: Int) -> [UInt8] {
        let wire = Failure(
            reason: failure.reason, isRetried: failure.verdict != .stall, message: failure.message, hint: failure.hint)
        let json = (try? JSONEncoder().encode(wire)) ?? Data()
        return Array("failure \(index) ".utf8) + Array(json) + [newline]
    }

    /// The line of a fetch that is done.
    static let fetched = Array("fetched\n".utf8)

    /// Reads the results of a listing of that many addresses; nil where there is none that is complete.
    static func listings(in bytes: [UInt8], count: Int) -> [Result<RefListing, StageFailure>?] {
        var results = [Result<RefListing, StageFailure>?](repeating: nil, count: count)
        var (index, head, refs): (Int?, RefName?, [ListedRef]) = (nil, nil, [])
        for line in bytes.split(separator: newline) {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
            guard let word = fields.first else { continue }
            if word.elementsEqual("ref".utf8), fields.count == 4, let target = id(fields[1]) {
                refs.append(ListedRef(name: RefName(bytes: Array(fields[3])), target: target, peeled: id(fields[2])))
            } else if word.elementsEqual("list".utf8), fields.count == 2 {
                (index, head, refs) = (Int(text(fields[1])), nil, [])
            } else if word.elementsEqual("head".utf8), fields.count == 2 {
                head = RefName(bytes: Array(fields[1]))
            } else if word.elementsEqual("end".utf8), let done = index, results.indices.contains(done) {
                results[done] = .success(RefListing(head: head, refs: refs))
                index = nil
            } else if let (failed, failure) = failure(in: line), results.indices.contains(failed) {
                results[failed] = .failure(failure)
            }
        }
        return results
    }

    /// Whether the child says that a fetch is done; or why it is not; nil if it says nothing.
    static func fetch(in bytes: [UInt8]) -> Result<Void, StageFailure>? {
        for line in bytes.split(separator: newline) {
            if line.elementsEqual(fetched.dropLast()) { return .success(()) }
            if let (_, failure) = failure(in: line) { return .failure(failure) }
        }
        return nil
    }

    private static func failure(in line: ArraySlice<UInt8>) -> (index: Int, failure: StageFailure)? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard fields.count == 3, fields[0].elementsEqual("failure".utf8), let index = Int(text(fields[1])),
            let wire = try? JSONDecoder().decode(Failure.self, from: Data(fields[2]))
        else { return nil }
        return (
            index,
            StageFailure(
                reason: wire.reason, verdict: wire.isRetried ? .retry(after: nil) : .stall, message: wire.message,
                hint: wire.hint)
        )
    }

    private static func id(_ field: ArraySlice<UInt8>) -> ObjectID? { ObjectID(text(field)) }
    private static func text(_ field: ArraySlice<UInt8>) -> String { String(decoding: field, as: UTF8.self) }
    private static let newline = UInt8(ascii: "\n")
}
