import Git

extension GitTransport {
    /// The library that speaks Git, for reports.
    package static var libraryVersion: String { GitLibrary.version }
}
