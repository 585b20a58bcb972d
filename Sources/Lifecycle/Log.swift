import Glibc
import Synchronization

/// A structured log: one line per record, as JSON or as text that journald understands.
///
/// The one exit of log text: known secrets are replaced here, by value.
package struct Log: Sendable {
    /// How much a record matters.
    package enum Level: Int, Sendable, Comparable, CaseIterable {
        /// For developers of the daemon.
        case debug = 7
        /// Something happened as it should.
        case info = 6
        /// Something needs attention one day.
        case warning = 4
        /// Something failed that will not mend itself.
        case error = 3

        /// The word in JSON records.
        package var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }

        package static func < (left: Self, right: Self) -> Bool { left.rawValue > right.rawValue }
    }

    /// How records are written.
    package enum Format: String, Sendable {
        /// `<6>message key=value`: sd-daemon(3)'s priority prefix, then text.
        case journal
        /// `2026-01-31T09:05:00Z info message key=value`, for a terminal.
        case text
        /// One JSON object per line.
        case json
    }

    /// One record, before it is written.
    package struct Record: Sendable {
        /// How much it matters.
        package let level: Level
        /// A sentence.
        package let message: String
        /// What it is about, ordered.
        package let fields: [(key: String, value: String)]
    }

    /// Where records go.
    package protocol Sink: Sendable {
        /// Takes one record; must not block for long.
        func write(_ record: Record)
    }

    private let sink: any Sink
    private let threshold: Level
    private let fields: [(key: String, value: String)]

    /// A log that writes records of at least that level.
    package init(sink: any Sink, threshold: Level = .info) {
        self.sink = sink
        self.threshold = threshold
        fields = []
    }

    private init(sink: any Sink, threshold: Level, fields: [(key: String, value: String)]) {
        self.sink = sink
        self.threshold = threshold
        self.fields = fields
    }

    /// The same log with a field that every record of it carries.
    package func with(_ key: String, _ value: String) -> Log {
        Log(sink: sink, threshold: threshold, fields: fields + [(key, value)])
    }

    /// Writes a record for developers of the daemon.
    package func debug(_ message: @autoclosure () -> String, _ extra: (key: String, value: String)...) {
        write(.debug, message, extra)
    }

    /// Writes that something happened as it should.
    package func info(_ message: @autoclosure () -> String, _ extra: (key: String, value: String)...) {
        write(.info, message, extra)
    }

    /// Writes that something needs attention one day.
    package func warning(_ message: @autoclosure () -> String, _ extra: (key: String, value: String)...) {
        write(.warning, message, extra)
    }

    /// Writes that something failed and will not mend itself.
    package func error(_ message: @autoclosure () -> String, _ extra: (key: String, value: String)...) {
        write(.error, message, extra)
    }

    private func write(_ level: Level, _ message: () -> String, _ extra: [(key: String, value: String)]) {
        guard level >= threshold else { return }
        sink.write(Record(level: level, message: message(), fields: fields + extra))
    }

    /// A log that writes nothing.
    package static let silent = Log(sink: SilentSink(), threshold: .error)
}

private struct SilentSink: Log.Sink {
    func write(_ record: Log.Record) {}
}

/// Writes records to a file descriptor, with known secrets replaced.
package final class DescriptorSink: Log.Sink {
    private let descriptor: Int32
    private let format: Log.Format
    /// Longest first, so that none hides the rest of another one.
    private let secrets = Mutex<[String]>([])
    /// Held while a line is written, so that lines never mix.
    private let output = Mutex<Void>(())

    /// Writes to the descriptor, which stays the caller's.
    package init(descriptor: Int32, format: Log.Format) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Replaces the text by `[secret]` in every later record. Texts under four bytes are ignored.
    package func redact(_ secret: String) {
        guard secret.utf8.count >= 4 else { return }
        secrets.withLock { known in
            guard !known.contains(secret) else { return }
            known.append(secret)
            known.sort { $0.utf8.count > $1.utf8.count }
        }
    }

    package func write(_ record: Log.Record) {
        var line = LogLine.render(redacted(record), format: format, now: LogLine.now()) + "\n"
        output.withLock { _ in line.withUTF8 { send($0) } }
    }

    /// Replaces secrets before anything is quoted: a quoted one would not be recognised.
    private func redacted(_ record: Log.Record) -> Log.Record {
        let known = secrets.withLock { $0 }
        func clean(_ text: String) -> String {
            known.reduce(text) { $0.replacing($1, with: "[secret]") }
        }
        return Log.Record(
            level: record.level, message: clean(record.message),
            fields: record.fields.map { ($0.key, clean($0.value)) })
    }

    private func send(_ bytes: UnsafeBufferPointer<UInt8>) {
        var sent = 0
        while sent < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
            if count < 0 {
                if errno == EINTR { continue }
                // A log that cannot be written must not stop the daemon.
                return
            }
            sent += count
        }
    }
}
