import Dispatch
import Glibc
import Subprocess

/// A server that runs beside a test and is killed, with all it started, when nobody holds it any more.
package final class BackgroundProgram: Sendable {
    private let termination = Termination()
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a program. The kernel kills it should this process die.
    package init(_ executable: String, _ arguments: [String], environment: [String: String] = [:]) {
        let command = Command(
            executable: "/usr/bin/setpriv", arguments: ["--pdeathsig", "KILL", executable] + arguments,
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 })
        // The thread lives as long as the program: prctl(2), PR_SET_PDEATHSIG, is about threads.
        DispatchQueue(label: "slipway.test.program").async { [termination, ended] in
            _ = try? Spawn.run(command, outputLimit: 1 << 16, termination: termination)
            ended.signal()
        }
    }

    deinit {
        termination.terminate()
        ended.wait()
    }
}

extension Loopback {
    /// Waits until somebody takes connections at the port; false if nobody does within the limit.
    package static func waitForListener(at port: Int, limit: Duration = .seconds(10)) -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if let descriptor = connect(to: port) {
                close(descriptor)
                return true
            }
            _ = poll(nil, 0, 2)
        }
        return false
    }

    /// A connection to the port; nil if nobody listens.
    package static func connect(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let code = withAddress(of: port) { Glibc.connect(descriptor, $0, $1) }
        if code == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// A socket that listens at a new port; the kernel takes connections in its name.
    package static func listen() -> (descriptor: Int32, port: Int)? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, withAddress(of: 0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 64) == 0
        else { return nil }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withAddress(of port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
