import Config
import YAML

@testable import Builder

/// A YAML text; what is read has no deeper nesting than allowed, and every refusal has a place.
func yaml(_ bytes: [UInt8]) {
    do throws(YAMLError) {
        let document = try YAMLDocument(bytes)
        if let root = document.root { walk(root, depth: 0) }
    } catch {
        precondition(error.line >= 0 && error.column >= 0)
    }
}

private func walk(_ node: YAMLNode, depth: Int) {
    precondition(depth <= YAMLDocument.Limits().depth && node.line > 0 && node.column > 0)
    switch node.content {
    case .scalar, .refused: break
    case .sequence(let items): for item in items { walk(item, depth: depth + 1) }
    case .mapping(let entries):
        precondition(Set(entries.map(\.key)).count == entries.count)
        for entry in entries { walk(entry.value, depth: depth + 1) }
    }
}

/// A repository's manifest; what is wrong is told in lines that a terminal may show.
func manifest(_ bytes: [UInt8]) {
    do throws(ConfigError) { _ = try ManifestReader.read(bytes) } catch { expectPrintable(error) }
}

/// An operator's configuration.
func configuration(_ bytes: [UInt8]) {
    let surroundings = Surroundings(isRoot: true, variables: [:])
    do throws(ConfigError) {
        _ = try ConfigurationReader.read(bytes, file: "config.yml", surroundings: surroundings)
    } catch {
        expectPrintable(error)
    }
}

private func expectPrintable(_ error: ConfigError) {
    precondition(!error.problems.isEmpty)
    for problem in error.problems {
        let text = "\(problem)"
        precondition(text.utf8.count < 4000)
        precondition(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f && $0.value != 0x202e })
    }
}

/// The first line is a path, the rest a `.dockerignore`.
func ignore(_ bytes: [UInt8]) {
    let (path, text) = firstLine(of: bytes)
    guard let ignore = try? DockerIgnore(text) else { return }
    let whole = Array(path.utf8)
    var sweep = DockerIgnore.Sweep(ignore)
    precondition(sweep.ignores(whole) == ignore.ignores(whole))
}

/// A Dockerfile; the lines of its instructions are in the file.
func dockerfile(_ bytes: [UInt8]) {
    let scan = DockerfileScan(bytes)
    for instruction in scan.instructions {
        precondition(instruction.lines.lowerBound >= 1 && instruction.lines.upperBound <= scan.lines.count)
    }
    _ = (scan.stages, scan.mayTakeLong)
}
