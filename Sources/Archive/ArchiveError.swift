import CArchive

/// What libarchive could not do.
package struct ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// libarchive's status, or one of this overlay's own.
    package let code: Code
    /// The C function that failed.
    package let call: String
    /// libarchive's words.
    package let message: String

    /// The statuses of `<archive.h>`.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: Int32

        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// ARCHIVE_FAILED: this entry cannot be written, others may.
        package static let failed = Self(rawValue: ARCHIVE_FAILED)
        /// ARCHIVE_FATAL: nothing more can be written.
        package static let fatal = Self(rawValue: ARCHIVE_FATAL)
        /// The data of an entry is longer or shorter than its header said.
        package static let wrongSize = Self(rawValue: 1000)
        /// The path is empty, absolute, or leads out of the archive.
        package static let unsafePath = Self(rawValue: 1001)
    }

    /// Describes a failure.
    package init(code: Code, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    package var description: String { "\(call): \(message) (\(code.rawValue))" }
}

/// Throws unless the status says that the call did its work; a warning is no failure.
///
/// archive_write(3): ARCHIVE_WARN means "the operation succeeded but a non-critical error was
/// encountered": so it is for a name that the C locale cannot express, whose bytes are written as they are.
func check(_ call: String, _ status: Int32, of archive: OpaquePointer) throws(ArchiveError) {
    guard status < ARCHIVE_WARN else { return }
    let message = archive_error_string(archive).map { String(cString: $0) } ?? "no message"
    archive_clear_error(archive)
    throw ArchiveError(code: .init(rawValue: status), call: call, message: message)
}
