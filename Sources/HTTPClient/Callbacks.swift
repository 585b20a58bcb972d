import CCurl
import Glibc

/// What the C callbacks of one transfer work on. Lives as long as one call of `HTTPSession.perform`.
final class Transfer {
    private(set) var head = ResponseHead()
    private(set) var body: [UInt8] = []
    /// What ended the transfer, when one of our callbacks did.
    private(set) var failure: HTTPClientError?
    /// The rest of an answer that is not 2xx was not wanted: no failure.
    private(set) var isCut = false

    /// The last address that was not admitted.
    private var refused: PeerAddress?
    private let request: HTTPRequest
    private let onHead: ((Int, [HTTPHeader]) -> Void)?
    private let onChunk: (([UInt8]) throws -> Void)?
    /// What the caller's closure gave beyond what libcurl could take.
    private var unsent: ArraySlice<UInt8> = []
    private var isAllSent = false

    init(
        _ request: HTTPRequest, onHead: ((Int, [HTTPHeader]) -> Void)?, onChunk: (([UInt8]) throws -> Void)?
    ) {
        self.request = request
        self.onHead = onHead
        self.onChunk = onChunk
    }

    /// Takes one line of the head. False ends the transfer.
    func received(headLine line: UnsafeRawBufferPointer) -> Bool {
        switch head.take(line) {
        case .more: return true
        case .complete:
            onHead?(head.status, head.headers)
            return true
        case .tooLong:
            failure = HTTPClientError(
                code: .tooLong, call: "header callback",
                message: "the answer's head is longer than \(ResponseHead.byteLimit) bytes")
            return false
        }
    }

    /// Takes a piece of the body. False ends the transfer.
    func received(bodyPiece piece: UnsafeRawBufferPointer) -> Bool {
        guard (200..<300).contains(head.status) else { return receivedUnwanted(piece) }
        if let onChunk {
            do {
                try onChunk(Array(piece))
                return true
            } catch {
                failure = HTTPClientError(
                    code: .aborted, call: "write callback", message: "the answer was refused: \(error)", cause: error)
                return false
            }
        }
        guard body.count + piece.count <= request.bodyLimit else {
            failure = HTTPClientError(
                code: .tooLong, call: "write callback", message: "the answer is longer than \(request.bodyLimit) bytes")
            return false
        }
        body.append(contentsOf: piece)
        return true
    }

    private func receivedUnwanted(_ piece: UnsafeRawBufferPointer) -> Bool {
        let space = HTTPRequest.errorBodyLimit - body.count
        body.append(contentsOf: piece.prefix(space))
        isCut = piece.count > space
        return !isCut
    }

    /// Whether the address may be connected to.
    func admits(_ address: PeerAddress?) -> Bool {
        guard let admits = request.admits else { return true }
        if let address, admits(address) { return true }
        refused = address
        return false
    }

    /// What ended the transfer when no address that could be connected to was admitted.
    func refusal(_ result: CURLcode) -> HTTPClientError? {
        guard result == CURLE_COULDNT_CONNECT, let refused else { return nil }
        return HTTPClientError(
            code: .refusedAddress, call: "open socket callback", message: "the address \(refused) is not allowed")
    }

    /// Fills the buffer with what is to be sent next; 0 at the end, nil ends the transfer.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard case .stream(let next) = request.body else { return 0 }
        do {
            while unsent.isEmpty, !isAllSent {
                guard let bytes = try next(buffer.count) else {
                    isAllSent = true
                    break
                }
                unsent = bytes[...]
            }
        } catch {
            failure = HTTPClientError(
                code: .aborted, call: "read callback", message: "the request's body failed: \(error)", cause: error)
            return nil
        }
        let count = min(buffer.count, unsent.count)
        buffer.copyBytes(from: unsent.prefix(count))
        unsent = unsent.dropFirst(count)
        return count
    }
}

/// The functions libcurl calls. Formed here, outside any isolation; each takes its `Transfer` unretained.
enum Callbacks {
    static let header: slipway_transfer = { buffer, size, count, context in
        guard let buffer, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let line = UnsafeRawBufferPointer(start: buffer, count: size * count)
        return transfer.received(headLine: line) ? size * count : 0
    }

    static let write: slipway_transfer = { buffer, size, count, context in
        guard let buffer, let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let piece = UnsafeRawBufferPointer(start: buffer, count: size * count)
        guard piece.count > 0 else { return 0 }
        // Any other number than was given ends the transfer: CURLOPT_WRITEFUNCTION(3).
        return transfer.received(bodyPiece: piece) ? piece.count : 0
    }

    static let read: slipway_transfer = { buffer, size, count, context in
        guard let buffer, let context else { return slipway_read_abort() }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let space = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
        return transfer.fill(space) ?? slipway_read_abort()
    }

    static let open: slipway_opener = { context, _, address in
        guard let context, let address, let bytes = slipway_address(address) else { return slipway_bad_socket() }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        let raw = UnsafeRawBufferPointer(start: bytes, count: Int(address.pointee.addrlen))
        guard transfer.admits(peer(address.pointee.family, raw)) else { return slipway_bad_socket() }
        let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, type, address.pointee.protocol)
    }

    /// The address in a `sockaddr_in` or `sockaddr_in6`: ip(7), ipv6(7).
    private static func peer(_ family: Int32, _ raw: UnsafeRawBufferPointer) -> PeerAddress? {
        switch family {
        case AF_INET where raw.count >= 8: PeerAddress(bytes: Array(raw[4..<8]))
        case AF_INET6 where raw.count >= 24: PeerAddress(bytes: Array(raw[8..<24]))
        default: nil
        }
    }

    static func context(_ transfer: Transfer) -> UnsafeMutableRawPointer {
        Unmanaged.passUnretained(transfer).toOpaque()
    }
}
