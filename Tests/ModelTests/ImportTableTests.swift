import FoundationEssentials
import Testing

/// The one-way rule of the architecture, checked against every `import` line of `Sources`.
struct ImportTableTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// What the toolchain brings and anyone may use. Never `Foundation`, whose memory the daemon does not have.
    private static let toolchain: Set = ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization"]

    /// Who alone may import a C library.
    private static let closets: [String: Set<String>] = [
        "CArchive": ["Archive"], "CCrypto": ["Crypto"], "CCurl": ["HTTPClient"], "CLibgit2": ["Git"],
        "CMicrohttpd": ["HTTPServer"], "CSQLite": ["SQLite"], "CYAML": ["YAML"],
        "CLinux": ["Subprocess", "HTTPServer"],
    ]

    /// From the bottom up; a module imports only from floors below its own.
    private static let floors: [Set<String>] = [
        Set(closets.keys),
        ["Archive", "Crypto", "Git", "HTTPClient", "HTTPServer", "SQLite", "Subprocess", "YAML", "Model", "Lifecycle"],
        ["Config", "Store", "GitHosts", "ContainerEngine"],
        ["Watcher", "Builder", "Deployer", "Promoter"],
        ["Daemon"], ["Console"], ["Commands"], ["slipway"],
    ]

    private static func floor(of module: String) -> Int? { floors.firstIndex { $0.contains(module) } }

    /// Every Swift module under `Sources` with what its files import.
    private static func imports() throws -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        for module in try FileManager.default.contentsOfDirectory(atPath: root + "/Sources")
        where !closets.keys.contains(module) {
            let folder = root + "/Sources/" + module
            result[module] = []
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
                let data = try #require(FileManager.default.contents(atPath: folder + "/" + file), "\(file)")
                for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                    guard let name = imported(by: line) else { continue }
                    result[module, default: []].insert(name)
                }
            }
        }
        return result
    }

    /// The module that a line imports: `package import struct Model.Digest` gives `Model`.
    private static func imported(by line: Substring) -> String? {
        var words = line.split(separator: " ")[...]
        while let word = words.first,
            word.hasPrefix("@") || ["package", "public", "internal", "private"].contains(word)
        {
            words = words.dropFirst()
        }
        guard words.first == "import", let last = words.dropFirst().last else { return nil }
        return last.split(separator: ".").first.map(String.init)
    }

    /// The dependencies that Package.swift gives each module.
    private static func declared() throws -> [String: Set<String>] {
        let data = try #require(FileManager.default.contents(atPath: root + "/Package.swift"))
        let text = String(decoding: data, as: UTF8.self)
        var result: [String: Set<String>] = [:]
        if let executable = text.split(separator: ".executableTarget(").dropFirst().first {
            let names = quoted(in: executable.prefix { $0 != ")" })
            if let name = names.first { result[name] = Set(names.dropFirst()) }
        }
        for piece in text.split(separator: "module(").dropFirst(2) {
            let call = piece.prefix { $0 != ")" }
            let names = quoted(in: call)
            guard let name = names.first else { continue }
            // `core` is the one name without quotes.
            let hasCore = call.split { !$0.isLetter }.contains("core")
            result[name] = Set(names.dropFirst()).union(hasCore ? ["Model", "Lifecycle"] : [])
        }
        return result
    }

    private static func quoted(in text: Substring) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    @Test func everyImportIsDeclaredInThePackage() throws {
        let declared = try Self.declared()
        for (module, imported) in try Self.imports() {
            let allowed = try #require(declared[module], "\(module) is not in Package.swift")
            #expect(imported.subtracting(Self.toolchain).isSubset(of: allowed), "\(module)")
        }
        #expect(try Set(declared.keys) == Set(Self.imports().keys))
    }

    @Test func importsGoOneWay() throws {
        for (module, names) in try Self.declared() {
            let floor = try #require(Self.floor(of: module), "\(module) has no floor")
            for name in names {
                let below = try #require(Self.floor(of: name), "\(name) has no floor")
                #expect(below < floor, "\(module) imports \(name)")
            }
        }
    }

    @Test func onlyItsOverlayImportsACLibrary() throws {
        for (module, names) in try Self.imports() {
            for (library, overlays) in Self.closets where names.contains(library) {
                #expect(overlays.contains(module), "\(module) imports \(library)")
            }
        }
    }

    @Test func overlaysKnowNoDomainWord() throws {
        for (module, names) in try Self.imports() where Self.floors[1].contains(module) {
            let own = names.subtracting(Self.toolchain).subtracting(Self.closets.keys)
            #expect(own.isEmpty, "\(module) imports \(own.sorted())")
        }
    }

    @Test func onlyTheDaemonRemembers() throws {
        for (module, names) in try Self.imports() where names.contains("Store") { #expect(module == "Daemon") }
    }

    @Test func nobodyImportsFoundation() throws {
        for (module, names) in try Self.imports() { #expect(!names.contains("Foundation"), "\(module)") }
    }

    @Test(arguments: [
        ("import Model", "Model"), ("package import Model", "Model"), ("@testable import Model", "Model"),
        ("package import struct Model.Digest", "Model"), ("let x = import", nil), ("// import Model", nil),
    ])
    func importLinesAreUnderstood(line: String, module: String?) {
        #expect(Self.imported(by: line[...]) == module)
    }
}
