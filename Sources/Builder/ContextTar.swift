import Archive
import Git
import Lifecycle
import Model
import Synchronization

/// A build context as a tar, made from Git objects while the engine reads it: one blob in memory at a time,
/// nothing on disk.
///
/// What is fit to be sent was decided before, by ``ContextReader/check(_:of:limits:)``: objects never change.
/// Made by one thread and pulled by another, one at a time.
final class ContextTar: Sendable {
    private struct State: ~Copyable {
        var repository: Repository?
        var writer: TarWriter?
        var next = 0
        var blob: Blob?
        var offset = 0
        var directory: ArraySlice<UInt8> = []
    }

    /// How much is handed over at once, and how much of a blob is copied at once.
    private static let pieceBytes = 64 << 10

    private let mirror: String
    private let commit: ObjectID
    private let context: BuildContext
    private let state = Mutex(State())

    /// A tar of a context; nothing is opened yet.
    init(mirror: String, commit: ObjectID, context: BuildContext) {
        self.mirror = mirror
        self.commit = commit
        self.context = context
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
            Failpoint.pass("build.tar.first")
        }
        guard state.repository != nil else {
            Failpoint.pass("build.request.sent")
            return nil
        }
        while (state.writer?.waitingCount ?? 0) < Self.pieceBytes {
            if state.blob != nil {
                try copyPiece(&state)
            } else if state.next < context.entries.count {
                if state.next > 0 { try Failpoint.pass("build.tar.mid", StageFailure.injected) }
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
        switch entry.kind {
        case .link:
            let target = try state.repository?.blob(entry.object).bytes ?? []
            try state.writer?.header(path: entry.path, kind: .symlink(target: target))
        case .file, .executable:
            guard let blob = try state.repository?.blob(entry.object) else { return }
            let kind = TarWriter.Kind.file(size: blob.count, isExecutable: entry.kind == .executable)
            try state.writer?.header(path: entry.path, kind: kind)
            state.blob = consume blob
            state.offset = 0
        case .submodule:
            // There is nothing to send; whoever makes the tar has refused it before.
            throw StageFailure.unfit([.init(path: entry.path, what: .submodule)])
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
}
