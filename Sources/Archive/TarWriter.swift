import CArchive

/// A tar archive being written into memory, piece by piece.
///
/// The caller takes the bytes away with ``take()`` as they come, so the whole archive is never held.
/// Entries are regular files, directories and symbolic links of user 0 and time 0, with the modes 0644,
/// 0755 and 0777: there is no way to write anything else. Not `Sendable`: one thread at a time.
package struct TarWriter: ~Copyable {
    private let archive: OpaquePointer
    private let sink: Sink
    private var bytesDue = 0

    /// What an entry is.
    package enum Kind: Sendable, Hashable {
        /// A regular file of exactly that many bytes, which follow by ``TarWriter/data(_:)``.
        case file(size: Int, isExecutable: Bool)
        /// A symbolic link to the target as written.
        case symlink(target: [UInt8])
        /// A directory.
        case directory
    }

    /// Begins an archive.
    ///
    /// - Parameter isCompressed: what is taken is gzip (RFC 1952); else it is the tar itself.
    package init(isCompressed: Bool = false) throws(ArchiveError) {
        let sink = Sink()
        archive = try Self.open(into: sink, isCompressed: isCompressed)
        self.sink = sink
    }

    private static func open(into sink: Sink, isCompressed: Bool) throws(ArchiveError) -> OpaquePointer {
        guard let archive = archive_write_new() else {
            throw ArchiveError(code: .fatal, call: "archive_write_new", message: "no memory")
        }
        do throws(ArchiveError) {
            // ustar where it is enough, with pax headers for long names, long targets and sizes over 8 GiB.
            let format = archive_write_set_format_pax_restricted(archive)
            try check("archive_write_set_format_pax_restricted", format, of: archive)
            if isCompressed {
                try check("archive_write_add_filter_gzip", archive_write_add_filter_gzip(archive), of: archive)
            }
            // Names are bytes: without this libarchive converts them from the process's locale to UTF-8.
            let options = archive_write_set_options(archive, "pax:hdrcharset=BINARY")
            try check("archive_write_set_options", options, of: archive)
            // Nothing is held back to fill blocks, and none pad the end.
            let blocks = archive_write_set_bytes_per_block(archive, 0)
            try check("archive_write_set_bytes_per_block", blocks, of: archive)
            let opened = archive_write_open(archive, unretained(sink), nil, appendToSink(), nil)
            try check("archive_write_open", opened, of: archive)
        } catch {
            _ = archive_write_free(archive)
            throw error
        }
        return archive
    }

    deinit {
        // Freeing an unfinished archive writes its end into the sink, which therefore must still be there.
        withExtendedLifetime(sink) { _ = archive_write_free(archive) }
    }

    /// Begins an entry; the one before must have got all its data.
    package mutating func header(path: [UInt8], kind: Kind) throws(ArchiveError) {
        guard bytesDue == 0 else { throw wrongSize("\(bytesDue) bytes of the entry before are missing") }
        guard Self.isSafe(path) else {
            throw ArchiveError(
                code: .unsafePath, call: "archive_write_header",
                message: "the path '\(String(decoding: path, as: UTF8.self))' is not inside the archive")
        }
        guard let entry = archive_entry_new() else {
            throw ArchiveError(code: .fatal, call: "archive_entry_new", message: "no memory")
        }
        defer { archive_entry_free(entry) }
        withCString(path) { archive_entry_copy_pathname(entry, $0) }
        archive_entry_set_mtime(entry, 0, 0)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        switch kind {
        case .file(let size, let isExecutable):
            archive_entry_set_filetype(entry, UInt32(S_IFREG))
            archive_entry_set_perm(entry, isExecutable ? 0o755 : 0o644)
            archive_entry_set_size(entry, Int64(size))
            bytesDue = size
        case .symlink(let target):
            archive_entry_set_filetype(entry, UInt32(S_IFLNK))
            archive_entry_set_perm(entry, 0o777)
            archive_entry_set_size(entry, 0)
            withCString(target) { archive_entry_copy_symlink(entry, $0) }
        case .directory:
            archive_entry_set_filetype(entry, UInt32(S_IFDIR))
            archive_entry_set_perm(entry, 0o755)
            archive_entry_set_size(entry, 0)
        }
        try check("archive_write_header", archive_write_header(archive, entry), of: archive)
    }

    /// Writes the next bytes of the file that was begun last.
    package mutating func data(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        guard bytes.count <= bytesDue else { throw wrongSize("\(bytes.count - bytesDue) bytes too many") }
        let written = bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            try check("archive_write_data", written < 0 ? Int32(clamping: written) : ARCHIVE_FATAL, of: archive)
            throw wrongSize("\(written) of \(bytes.count) bytes were written")
        }
        bytesDue -= bytes.count
    }

    /// Ends the archive; only ``take()`` may follow.
    package mutating func finish() throws(ArchiveError) {
        guard bytesDue == 0 else { throw wrongSize("\(bytesDue) bytes of the last entry are missing") }
        try check("archive_write_close", archive_write_close(archive), of: archive)
    }

    /// How many bytes wait to be taken.
    package var waitingCount: Int { sink.bytes.count }

    /// Hands over what has been written since the last time.
    package mutating func take() -> [UInt8] {
        defer { sink.bytes = [] }
        return sink.bytes
    }

    /// Whether the path stays inside the archive: relative, without empty, `.` and `..` parts and without NUL.
    private static func isSafe(_ path: [UInt8]) -> Bool {
        guard !path.isEmpty, !path.contains(0) else { return false }
        return path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != [UInt8(ascii: ".")] && part != [UInt8(ascii: "."), UInt8(ascii: ".")]
        }
    }

    private func wrongSize(_ message: String) -> ArchiveError {
        ArchiveError(code: .wrongSize, call: "archive_write_data", message: message)
    }
}

/// Lends the bytes as a C string; they end at a NUL, which paths and link targets of Git do not hold.
private func withCString(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Void) {
    (bytes + [0]).withUnsafeBufferPointer { buffer in
        buffer.withMemoryRebound(to: CChar.self) { if let base = $0.baseAddress { body(base) } }
    }
}
