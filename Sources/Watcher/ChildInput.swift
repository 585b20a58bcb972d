import Dispatch
import FoundationEssentials
import Glibc

/// A Git child's standard input: one line with the request, then silence until the parent is done with it.
enum ChildInput {
    /// Requests with hundreds of addresses and a key are far below this.
    private static let byteLimit = 16 << 20

    /// Reads the request; nil if there is none.
    static func request() -> GitRequest? {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while line.count < byteLimit {
            let count = read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            line += buffer[..<count]
            if line.last == UInt8(ascii: "\n") { return try? JSONDecoder().decode(GitRequest.self, from: Data(line)) }
        }
        return nil
    }

    /// Ends the process when the input ends. A signal for the parent's death would come when the
    /// *thread* ends that started us (prctl(2), PR_SET_PDEATHSIG).
    static func dieAtEndOfFile(scratch: String?) {
        DispatchQueue(label: "slipway.git-child.input").async {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                if count == 0 || count < 0 && errno != EINTR { break }
            }
            if let scratch { MirrorFiles.remove(scratch) }
            _exit(1)
        }
    }
}
