import FoundationEssentials
import Glibc

extension TemporaryDirectory {
    /// What is directly in it, ordered by name.
    package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// How many descriptors of this process are open on files in it.
    package var openDescriptors: Int {
        (0..<1024).count { descriptor in
            var buffer = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
            let target = buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
            return String(decoding: target, as: UTF8.self).hasPrefix(path + "/")
        }
    }
}
