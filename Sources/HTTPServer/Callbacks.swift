import CLinux
import CMicrohttpd
import Glibc

// Every function libmicrohttpd calls, on its own threads. They copy what they need and return.
// The context of all of them is the server's core, unretained: the server stops the library before it drops it.
// A connection's context is the connection, unretained: the core's table keeps it until the library closes it.

/// The functions and their context, as the library takes them.
func callbacks(for core: ServerCore) -> slipway_mhd_callbacks {
    slipway_mhd_callbacks(
        context: Unmanaged.passUnretained(core).toOpaque(),
        access: { _, handle, _, method, version, upload, size, context in
            guard let handle, let method, let version, let size, let pointer = context?.pointee else {
                return slipway_mhd_no()
            }
            let connection = Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
            return access(connection, handle, method, version, UnsafeRawPointer(upload), size)
        },
        target: { _, uri, handle in
            guard let handle, let pointer = slipway_mhd_socket_context(handle) else { return nil }
            let connection = Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
            connection.begin(target: uri.map { bytes($0, strlen($0)) } ?? [], at: uri.map { UInt(bitPattern: $0) } ?? 0)
            return pointer
        },
        completed: { _, _, context, code in
            guard let pointer = context?.pointee else { return }
            let connection = Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
            connection.complete(isDone: slipway_mhd_completed_ok(code) != 0)
        },
        connection: { context, handle, slot, code in
            guard let context, let handle, let slot else { return }
            let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
            if slipway_mhd_is_started(code) != 0 {
                let descriptor = slipway_mhd_descriptor(handle)
                let connection = core.opened(handle, descriptor: descriptor, peer: peer(of: descriptor))
                slot.pointee = Unmanaged.passUnretained(connection).toOpaque()
            } else if let pointer = slot.pointee {
                let connection = Unmanaged<Connection>.fromOpaque(pointer).takeUnretainedValue()
                slot.pointee = nil
                core.closed(connection)
            }
        })
}

/// The library's call for a head, for a part of a body, and for a request that is all there.
private func access(
    _ connection: Connection, _ handle: OpaquePointer, _ method: UnsafePointer<CChar>,
    _ version: UnsafePointer<CChar>, _ upload: UnsafeRawPointer?, _ size: UnsafeMutablePointer<Int>
) -> MHD_Result {
    if let target = connection.unadmittedTarget {
        let parts = headParts(handle, method, version, target)
        switch HeadGate.head(of: parts, peer: connection.peer) {
        // An answer to a head alone makes the library close the connection after it.
        case .failure(let refusal): return queue(refusal.response, on: handle)
        case .success(let head):
            switch connection.core.admission(of: head) {
            case .refused(let response): return queue(response, on: handle)
            case .admitted(let bodyLimit):
                connection.admit(head, bodyLimit: bodyLimit)
                return slipway_mhd_yes()
            }
        }
    }
    if size.pointee > 0, let upload {
        let isTaken = connection.receive(UnsafeRawBufferPointer(start: upload, count: size.pointee))
        size.pointee = 0
        return isTaken ? slipway_mhd_yes() : slipway_mhd_no()
    }
    if let (request, responder) = connection.takeRequest() { connection.core.handle(request, responder) }
    guard let (response, isStream) = connection.takeAnswer() else { return slipway_mhd_yes() }
    return isStream ? queueStream(response, of: connection, on: handle) : queue(response, on: handle)
}

private func queue(_ response: Response, on handle: OpaquePointer) -> MHD_Result {
    let made = response.body.withUnsafeBytes { slipway_mhd_response_of_copy($0.count, $0.baseAddress) }
    return queue(made, response, on: handle)
}

/// How many bytes of a stream the library asks for at once.
private let streamBlock = 16 * 1024

private func queueStream(_ response: Response, of connection: Connection, on handle: OpaquePointer) -> MHD_Result {
    let context = Unmanaged.passRetained(connection)
    let made = slipway_mhd_response_of_reader(
        streamBlock,
        { context, _, buffer, count in
            guard let context, let buffer else { return slipway_mhd_end_with_error() }
            let connection = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
            switch connection.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: count)) {
            case .bytes(let count): return count
            case .waits: return 0
            case .ended: return slipway_mhd_end_of_stream()
            case .broken: return slipway_mhd_end_with_error()
            }
        },
        context.toOpaque(),
        { context in
            if let context { Unmanaged<Connection>.fromOpaque(context).release() }
        })
    if made == nil { context.release() }
    return queue(made, response, on: handle)
}

private func queue(_ made: OpaquePointer?, _ response: Response, on handle: OpaquePointer) -> MHD_Result {
    guard let made else { return slipway_mhd_no() }
    defer { MHD_destroy_response(made) }
    for field in response.fields { MHD_add_response_header(made, field.name, field.value) }
    return MHD_queue_response(handle, UInt32(response.status), made)
}

private func bytes(_ pointer: UnsafePointer<CChar>, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: pointer, count: count))
}

/// What the library understood of a head, and whether that is all there was.
///
/// 0.9.75 takes bare LF for the end of a line, joins folded lines and stops at NUL, none of which shows in what
/// it hands over. But it parses in place and puts NUL where CR and LF were, so the distances between its pointers
/// show every byte it passed over: name, colon, white space, value, two bytes, next name.
private func headParts(
    _ handle: OpaquePointer, _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>, _ target: TargetText
) -> HeadGate.Parts {
    var parts = HeadGate.Parts()
    parts.method = bytes(method, strlen(method))
    parts.target = target.bytes
    parts.version = bytes(version, strlen(version))
    var walk = HeadWalk(parts: parts, next: UInt(bitPattern: version) + UInt(parts.version.count) + 2)
    withUnsafeMutablePointer(to: &walk) { pointer in
        _ = MHD_get_connection_values_n(
            handle, slipway_mhd_header_kind(),
            { context, _, name, nameSize, value, valueSize in
                guard let walk = context?.assumingMemoryBound(to: HeadWalk.self), let name else {
                    return slipway_mhd_no()
                }
                walk.pointee.visit(name, nameSize, value, valueSize)
                return slipway_mhd_yes()
            }, pointer)
    }
    parts = walk.parts
    guard slipway_mhd_is_lenient() != 0 else { return parts }
    let start = UInt(bitPattern: method)
    let isLineRegular =
        target.address == start + UInt(parts.method.count) + 1
        && UInt(bitPattern: version) == target.address + UInt(target.bytes.count) + 1
    let isEndRegular = walk.next + 2 == start + UInt(slipway_mhd_head_size(handle))
    parts.isRegular = walk.isRegular && isLineRegular && isEndRegular
    return parts
}

/// Goes along the header fields in the order of their bytes.
private struct HeadWalk {
    var parts: HeadGate.Parts
    /// Where the next line must begin.
    var next: UInt
    var isRegular = true

    mutating func visit(
        _ name: UnsafePointer<CChar>, _ nameSize: Int, _ value: UnsafePointer<CChar>?, _ valueSize: Int
    ) {
        parts.fields.append((bytes(name, nameSize), value.map { bytes($0, valueSize) } ?? []))
        let start = UInt(bitPattern: name)
        let valueStart = value.map { UInt(bitPattern: $0) } ?? 0
        guard start == next, valueStart > start + UInt(nameSize) else {
            isRegular = false
            return
        }
        next = valueStart + UInt(valueSize) + 2
    }
}

/// The kernel's word on who is at the other end of a Unix socket: SO_PEERCRED of unix(7).
private func peer(of descriptor: Int32) -> Peer {
    var credentials = slipway_ucred()
    var length = socklen_t(MemoryLayout<slipway_ucred>.size)
    var family = sa_family_t(0)
    var address = sockaddr_storage()
    var addressLength = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            if getsockname(descriptor, $0, &addressLength) == 0 { family = $0.pointee.sa_family }
        }
    }
    guard family == sa_family_t(AF_UNIX),
        getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0
    else { return .network }
    return .process(id: credentials.pid, user: credentials.uid)
}
