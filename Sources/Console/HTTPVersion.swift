import HTTPServer

extension ConsoleService {
    /// The library that speaks HTTP, for reports.
    package static var libraryVersion: String { HTTPServerLibrary.version }
}
