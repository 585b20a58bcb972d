import CArchive

/// Which libarchive this program runs with.
package enum ArchiveLibrary {
    /// What the library says of itself.
    package static var version: String { String(cString: archive_version_details()) }
}
