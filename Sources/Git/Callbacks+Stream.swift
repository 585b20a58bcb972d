import CLibgit2
import Glibc
import Synchronization

// What libgit2 calls for a stream of ours: git2/sys/stream.h. The memory of a stream is made by `makeStream` and
// released by its `free`, which libgit2 calls last.

/// Makes a stream that is not connected.
func makeStream(
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<git_stream>?>?, _ host: UnsafePointer<CChar>?,
    _ port: UnsafePointer<CChar>?
) -> Int32 {
    guard let result, let host, let port else { return -1 }
    let stream = UnsafeMutablePointer<slipway_stream>.allocate(capacity: 1)
    var parent = git_stream()
    parent.version = GIT_STREAM_VERSION
    parent.connect = { connect(of($0)) }
    parent.read = { read(of($0), $1, $2) }
    parent.write = { stream, bytes, count, _ in write(of(stream), bytes, count) }
    parent.close = { close(of($0)) }
    parent.free = { free(of($0)) }
    stream.initialize(to: slipway_stream(parent: parent, descriptor: -1, host: strdup(host), port: strdup(port)))
    result.pointee = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: git_stream.self)
    return 0
}

private typealias Stream = UnsafeMutablePointer<slipway_stream>

private func of(_ stream: UnsafeMutablePointer<git_stream>?) -> Stream {
    guard let stream else { preconditionFailure("libgit2 lost its stream") }
    return UnsafeMutableRawPointer(stream).assumingMemoryBound(to: slipway_stream.self)
}

private func connect(_ stream: Stream) -> Int32 {
    let rules = ConnectionRules.current.withLock { $0 }
    let (host, port) = (String(cString: stream.pointee.host), String(cString: stream.pointee.port))
    guard let number = Int(port), rules.endpoints.contains(Endpoint(host: host, port: number)) else {
        return fail("redirected to another host or port: \(host):\(port)")
    }
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var addresses: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(Endpoint(host: host, port: number).host, port, &hints, &addresses)
    guard code == 0 else {
        return fail("failed to resolve address for \(host): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(addresses) }
    var problem = "no address"
    var next = addresses
    while let address = next?.pointee {
        next = address.ai_next
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { continue }
        setPatience(rules.patience, of: descriptor)
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
            stream.pointee.descriptor = descriptor
            return 0
        }
        // socket(7): a connect that takes longer than SO_SNDTIMEO fails so.
        problem = errno == EINPROGRESS ? "timed out" : words(errno)
        Glibc.close(descriptor)
    }
    return fail("failed to connect to \(host): \(problem)")
}

private func setPatience(_ patience: Duration, of descriptor: Int32) {
    let parts = patience.components
    var limit = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
        setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
}

private func read(_ stream: Stream, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    while true {
        let received = recv(stream.pointee.descriptor, bytes, count, 0)
        if received >= 0 { return received }
        if errno != EINTR { return Int(fail("error receiving data: \(errno == EAGAIN ? "timed out" : words(errno))")) }
    }
}

private func write(_ stream: Stream, _ bytes: UnsafePointer<CChar>?, _ count: Int) -> Int {
    while true {
        let sent = send(stream.pointee.descriptor, bytes, count, Int32(MSG_NOSIGNAL))
        if sent >= 0 { return sent }
        if errno != EINTR { return Int(fail("error sending data: \(errno == EAGAIN ? "timed out" : words(errno))")) }
    }
}

private func close(_ stream: Stream) -> Int32 {
    if stream.pointee.descriptor >= 0 { Glibc.close(stream.pointee.descriptor) }
    stream.pointee.descriptor = -1
    return 0
}

private func free(_ stream: Stream) {
    _ = close(stream)
    Glibc.free(stream.pointee.host)
    Glibc.free(stream.pointee.port)
    stream.deallocate()
}

private func fail(_ message: String) -> Int32 {
    git_error_set_str(Int32(GIT_ERROR_NET.rawValue), message)
    return -1
}

private func words(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
