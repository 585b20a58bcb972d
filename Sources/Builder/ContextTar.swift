import Archive
import Git
import Model
import Synchronization

/// A build context as a tar, made from Git objects while the engine reads it: one blob in memory at a time,
/// nothing on disk.
///
/// Made by one thread and pulled by another, one at a time.
final class ContextTar: Sendable {
    private struct State: ~Copyable {
        var repository: Repository?
        var writer: TarWriter?
        var next = 0
        var blob: Blob?
        var offset = 0
        var directory: ArraySlice<UInt8> = []
        var sentBytes = 0
    }

    /// How much is handed over at once, and how much of a blob is copied at once.
    private static let pieceBytes = 64 << 10
    /// Git LFS's specification: a pointer file is shorter than this.
    private static let pointerByteLimit = 1024
    private static let pointerStart = Array("version https://git-lfs.github.com/spec/v1".utf8)

    private let mirror: String
    private let commit: ObjectID
    private let context: BuildContext
    private let limits: BuilderLimits
    private let state = Mutex(State())

    /// A tar of a context; nothing is opened yet.
    init(mirror: String, commit: ObjectID, context: BuildContext, limits: BuilderLimits) {
        self.mirror = mirror
        self.commit = commit
        self.context = context
        self.limits = limits
    }

    /// The next bytes; nil at the end.
    func pull() throws(StageFailure) -> [UInt8]? {
        try state.withLock { state throws(StageFailure) in
            do {
                return try advance(&state)
            } catch let error as StageFailure {
                throw error
            } catch let error as GitError {
                throw StageFailure.unreadable(commit, error)
            } catch {
                throw StageFailure.tarFailed(error)
            }
        }
    }

    private func advance(_ state: inout State) throws -> [UInt8]? {
        if state.repository == nil, state.next == 0 {
            state.repository = try Repository(openingBare: mirror)
            state.writer = try TarWriter()
        }
        guard state.repository != nil else { return nil }
        while (state.writer?.waitingCount ?? 0) < Self.pieceBytes {
            if state.blob != nil {
                try copyPiece(&state)
            } else if state.next < context.entries.count {
                try begin(context.entries[state.next], &state)
                state.next += 1
            } else {
                try state.writer?.finish()
                let last = state.writer?.take()
                state.repository = nil
                state.writer = nil
                return last
            }
        }
        return state.writer?.take()
    }

    private func copyPiece(_ state: inout State) throws {
        let piece = state.blob?.bytes(from: state.offset, count: Self.pieceBytes) ?? []
        state.offset += piece.count
        if piece.isEmpty {
            state.blob = nil
        } else {
            try state.writer?.data(piece[...])
        }
    }

    private func begin(_ entry: BuildContext.Entry, _ state: inout State) throws {
        try beginDirectories(of: entry.path, &state)
        let size = try state.repository?.blobSize(entry.object) ?? 0
        guard size <= limits.blobBytes else { throw refusal(entry, .tooLarge(bytes: size, limit: limits.blobBytes)) }
        state.sentBytes += size
        guard state.sentBytes <= limits.contextBytes else { throw StageFailure.contextTooLarge(limits.contextBytes) }
        switch entry.kind {
        case .link:
            let target = try state.repository?.blob(entry.object).bytes ?? []
            try state.writer?.header(path: entry.path, kind: .symlink(target: target))
        case .file, .executable:
            guard let blob = try state.repository?.blob(entry.object) else { return }
            if size < Self.pointerByteLimit,
                blob.bytes(from: 0, count: Self.pointerStart.count) == Self.pointerStart
            {
                throw refusal(entry, .largePointer)
            }
            try state.writer?.header(
                path: entry.path, kind: .file(size: size, isExecutable: entry.kind == .executable))
            state.blob = consume blob
            state.offset = 0
        case .submodule:
            throw refusal(entry, .submodule)
        }
    }

    /// Writes the directories that lead to a path, each once: paths are sorted, so those of one directory are together.
    private func beginDirectories(of path: [UInt8], _ state: inout State) throws {
        let slash = UInt8(ascii: "/")
        let directory = path[..<(path.lastIndex(of: slash) ?? 0)]
        guard directory != state.directory else { return }
        for end in directory.indices.dropFirst() + [directory.endIndex] where end > 0 {
            guard end == directory.endIndex || directory[end] == slash else { continue }
            let parent = directory[..<end]
            let isKnown =
                state.directory.starts(with: parent)
                && (state.directory.count == parent.count || state.directory.dropFirst(parent.count).first == slash)
            if !isKnown { try state.writer?.header(path: Array(parent), kind: .directory) }
        }
        state.directory = directory
    }

    private func refusal(_ entry: BuildContext.Entry, _ what: BuildContext.Defect.What) -> StageFailure {
        .unfit([.init(path: entry.path, what: what)])
    }
}
