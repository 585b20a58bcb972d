import CMicrohttpd

/// Which libmicrohttpd this program runs with.
package enum HTTPServerLibrary {
    /// What the library says of itself.
    package static var version: String {
        MHD_get_version().map { "libmicrohttpd \(String(cString: $0))" } ?? "libmicrohttpd"
    }
}
