import CArchive

/// The bytes libarchive has written and nobody has taken yet. Owned by its writer, used by one thread at a time.
final class Sink {
    var bytes: [UInt8] = []
}

/// The callback that appends what libarchive writes to a ``Sink``.
///
/// The sink is passed unretained: the writer owns it for as long as the archive is open.
func appendToSink()
    -> @convention(c) (
        OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int
    ) -> Int
{
    { _, context, bytes, count in
        guard let context else { return -1 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        sink.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }
}

/// The pointer under which libarchive knows the sink.
func unretained(_ sink: Sink) -> UnsafeMutableRawPointer { Unmanaged.passUnretained(sink).toOpaque() }
