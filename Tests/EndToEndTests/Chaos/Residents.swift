import FoundationEssentials
import Glibc
import TestSupport

/// What a process has at one moment, as proc(5) shows it.
struct Residents: Sendable, CustomStringConvertible {
    /// Resident memory that is the process's own, in bytes: without the pages of files, which are shared.
    var memoryBytes = 0
    /// Open descriptors.
    var descriptors = 0
    /// Threads.
    var threads = 0
    /// Processes that it started and that are there still.
    var children = 0

    /// What no run may exceed (I-11).
    static let caps = Residents(memoryBytes: 160 << 20, descriptors: 400, threads: 100, children: 8)

    /// Those of a process; nil when there is none.
    static func of(_ pid: Int32) -> Residents? {
        let status = String(decoding: ProcFile.bytes(at: "/proc/\(pid)/status"), as: UTF8.self)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd") else { return nil }
        func field(_ name: String) -> Int? {
            status.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
                .split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) }
        }
        guard let memory = field("RssAnon"), let threads = field("Threads") else { return nil }
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        let children = tasks.reduce(0) { count, task in
            let text = String(decoding: ProcFile.bytes(at: "/proc/\(pid)/task/\(task)/children"), as: UTF8.self)
            return count + text.split(separator: " ").count
        }
        return Residents(memoryBytes: memory << 10, descriptors: names.count, threads: threads, children: children)
    }

    /// The larger of each.
    func joined(with other: Residents) -> Residents {
        Residents(
            memoryBytes: max(memoryBytes, other.memoryBytes), descriptors: max(descriptors, other.descriptors),
            threads: max(threads, other.threads), children: max(children, other.children))
    }

    /// Whether none is larger than the other's.
    func isWithin(_ other: Residents) -> Bool {
        memoryBytes <= other.memoryBytes && descriptors <= other.descriptors && threads <= other.threads
            && children <= other.children
    }

    var description: String {
        let tenths = memoryBytes * 10 / (1 << 20)
        return "\(tenths / 10).\(tenths % 10) MiB, \(descriptors) descriptors, \(threads) threads, \(children) children"
    }
}
