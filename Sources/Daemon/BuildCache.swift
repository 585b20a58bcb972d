import ContainerEngine
import Model

/// What builds left in the engine besides their images, and what of it may go: pure.
///
/// The images of single steps are what makes the next build quick, and base images save fetching them again; both go, the
/// one that was used longest ago first, when they take more than their share of the disk.
struct BuildCache {
    /// One image that a build of ours left.
    struct Entry: Sendable, Hashable {
        let image: EngineImage
        let trace: BuildTrace
        /// What would be free without it.
        let ownBytes: Int64

        /// What to ask the engine to remove: a base image by its name, which others may have given a second one.
        var reference: String { trace.reference ?? image.id.description }
    }

    /// What is there and ours.
    let entries: [Entry]
    /// What is remembered of images that are gone or not ours after all.
    let stale: [BuildTrace]
    private let parents: [ImageID]

    /// How far the engine's clock may be from ours.
    private static let tolerance = Duration.seconds(2)

    /// Compares what is remembered with what the engine has.
    ///
    /// What a build printed proves nothing, since its own steps print, too: an image counts as left by it only when it
    /// was made while the build ran, and nobody has given it a name.
    init(images: [EngineImage], traces: [BuildTrace], instance: String) {
        let sizes = Dictionary(images.map { ($0.id, $0.sizeBytes) }, uniquingKeysWith: { first, _ in first })
        var entries: [Entry] = []
        var stale: [BuildTrace] = []
        let byDigits = Self.images(images, of: traces)
        for trace in traces {
            guard let image = byDigits[trace.digits], Self.isLeft(image, trace, instance) else {
                stale.append(trace)
                continue
            }
            let shared = image.parent.flatMap { sizes[$0] } ?? 0
            entries.append(Entry(image: image, trace: trace, ownBytes: max(0, image.sizeBytes - shared)))
        }
        self.entries = entries
        self.stale = stale
        parents = images.compactMap(\.parent)
    }

    /// The one image of each trace.
    private static func images(_ images: [EngineImage], of traces: [BuildTrace]) -> [String: EngineImage] {
        let sorted = images.map { (hex: $0.id.digest.hex, image: $0) }.sorted { $0.hex < $1.hex }
        var found: [String: EngineImage] = [:]
        for trace in traces {
            var low = 0
            var high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle].hex < trace.digits { low = middle + 1 } else { high = middle }
            }
            guard low < sorted.count, sorted[low].hex.hasPrefix(trace.digits) else { continue }
            // Digits that name two images name none.
            if low + 1 < sorted.count, sorted[low + 1].hex.hasPrefix(trace.digits) { continue }
            found[trace.digits] = sorted[low].image
        }
        return found
    }

    private static func isLeft(_ image: EngineImage, _ trace: BuildTrace, _ instance: String) -> Bool {
        // A base image was made long ago by somebody else; that it was not there before is what makes it ours.
        if trace.reference != nil { return image.tags.count <= 1 }
        guard image.tags.isEmpty, image.labels[Label.instance].map({ $0 == instance }) ?? true else { return false }
        let earliest = trace.span.lowerBound.advanced(by: .zero - tolerance)
        return (earliest...trace.span.upperBound.advanced(by: tolerance)).contains(image.createdAt)
    }

    /// What takes how much.
    var totalBytes: Int64 { entries.reduce(0) { $0 + $1.ownBytes } }

    /// What to remove, in that order, so that no more than the budget remains; an image that others were made from, or
    /// that a container may use, is never among it before those are.
    func due(budget: Int64) -> [Entry] {
        var children: [ImageID: Int] = [:]
        for parent in parents { children[parent, default: 0] += 1 }
        var rest = entries
        var total = totalBytes
        var due: [Entry] = []
        while total > budget {
            let leaves = rest.indices.filter { children[rest[$0].image.id, default: 0] == 0 }
            guard let oldest = leaves.min(by: { rest[$0].trace.usedAt < rest[$1].trace.usedAt }) else { break }
            let entry = rest.remove(at: oldest)
            due.append(entry)
            total -= entry.ownBytes
            if let parent = entry.image.parent { children[parent, default: 1] -= 1 }
        }
        return due
    }

    /// How much they may take together on a disk of that size, unless the configuration says otherwise: a tenth.
    static func budget(ofTotal bytes: UInt64) -> Int64 { Int64(clamping: bytes / 10) }
}
