import CCurl

/// Which libcurl this program runs with.
package enum HTTPClientLibrary {
    /// What the library says of itself.
    package static var version: String { String(cString: curl_version()) }
}
