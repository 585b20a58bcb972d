// swift-tools-version: 6.1
import PackageDescription

/// A system library from the distribution: a module map and a `shim.h`, nothing else.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// A Swift target; the whole import table of docs/ARCHITECTURE.md is written down here.
func module(_ name: String, _ dependencies: [String]) -> Target {
    .target(name: name, dependencies: dependencies.map { .init(stringLiteral: $0) })
}

/// The tests of one target, plus what every test may use.
func tests(_ name: String, _ dependencies: [String]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies.map { .init(stringLiteral: $0) })
}

let core = ["Model", "Lifecycle"]

let package = Package(
    name: "slipway",
    targets: [
        // C libraries
        library("CArchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("CLibgit2", pkgConfig: "libgit2", apt: "libgit2-dev"),
        library("CMicrohttpd", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        .systemLibrary(name: "CLinux"),

        // Overlays: synchronous, no domain word
        module("Archive", ["CArchive"]),
        module("Crypto", ["CCrypto"]),
        module("Git", ["CLibgit2"]),
        module("HTTPClient", ["CCurl"]),
        module("HTTPServer", ["CMicrohttpd", "CLinux"]),
        module("SQLite", ["CSQLite"]),
        module("Subprocess", ["CLinux"]),
        module("YAML", ["CYAML"]),

        // What everything stands on
        module("Model", []),
        module("Lifecycle", []),

        // One boundary each
        module("Config", core + ["YAML"]),
        module("Store", core + ["SQLite"]),
        module("GitHosts", core + ["Crypto", "HTTPClient"]),
        module("ContainerEngine", core + ["HTTPClient"]),

        // The four stages: siblings never import each other
        module("Watcher", core + ["GitHosts", "Git", "Subprocess", "Crypto"]),
        module("Builder", core + ["ContainerEngine", "Git", "Archive", "Crypto"]),
        module("Deployer", core + ["ContainerEngine", "HTTPClient", "Subprocess", "Crypto"]),
        module("Promoter", core),

        // Composition, and what people touch
        module(
            "Daemon",
            core + [
                "Watcher", "Builder", "Deployer", "Promoter", "Store", "Config", "GitHosts", "ContainerEngine",
                "Crypto", "SQLite", "HTTPClient",
            ]),
        module("Console", core + ["Daemon", "HTTPServer", "GitHosts"]),
        module(
            "Commands",
            core + [
                "Console", "Daemon", "Config", "GitHosts", "Watcher", "Deployer", "ContainerEngine", "HTTPClient",
                "Subprocess",
                "Crypto", "Archive",
            ]),
        .executableTarget(name: "slipway", dependencies: ["Commands", "Watcher"]),

        // What `make bench` measures without processes around it
        .executableTarget(
            name: "slipway-benchmarks",
            dependencies: ["Model", "ContainerEngine", "Crypto", "Daemon", "Deployer", "GitHosts", "Promoter"],
            path: "Benchmarks/Pass"),

        // The daemon's own loops over a simulated world: `make simulate`
        .executableTarget(
            name: "slipway-simulation",
            dependencies: [
                "Model", "Lifecycle", "Config", "Store", "SQLite", "HTTPClient", "ContainerEngine", "Crypto", "Watcher",
                "Builder", "Deployer", "Promoter", "Daemon", "CSwiftRuntime",
            ],
            path: "Tests/Simulation"),
        .target(name: "CSwiftRuntime", path: "Tests/CSwiftRuntime"),

        // Tests mirror Sources
        .target(
            name: "TestSupport", dependencies: ["Model", "Lifecycle", "Subprocess", "HTTPClient", "CLinux"],
            path: "Tests/TestSupport"),
        // A disk in memory that shows SQLite what crashes leave behind; C, since SQLite calls it
        .target(name: "CCrashDisk", path: "Tests/CCrashDisk", linkerSettings: [.linkedLibrary("sqlite3")]),
        tests("Archive", ["Archive"]),
        tests("Crypto", ["Crypto", "TestSupport"]),
        tests("Git", ["Git", "TestSupport"]),
        tests("HTTPClient", ["HTTPClient", "Lifecycle", "TestSupport"]),
        tests("HTTPServer", ["HTTPServer", "TestSupport"]),
        tests("SQLite", ["SQLite", "TestSupport"]),
        tests("Subprocess", ["Subprocess"]),
        tests("YAML", ["YAML"]),
        tests("Model", ["Model", "Crypto"]),
        tests("Lifecycle", ["Lifecycle", "TestSupport"]),
        tests("Config", ["Config", "TestSupport"]),
        tests("Store", ["Store", "SQLite", "TestSupport", "CCrashDisk"]),
        tests("GitHosts", ["GitHosts", "Crypto", "HTTPClient", "TestSupport"]),
        tests("ContainerEngine", ["ContainerEngine", "HTTPClient", "Model", "TestSupport"]),
        tests("Watcher", ["Watcher", "Git", "Subprocess", "Crypto", "TestSupport"]),
        tests(
            "Builder",
            ["Builder", "ContainerEngine", "Git", "HTTPClient", "Lifecycle", "Model", "Subprocess", "TestSupport"]),
        tests("Deployer", ["Deployer", "ContainerEngine", "TestSupport"]),
        tests("Promoter", ["Promoter", "Model"]),
        tests(
            "Daemon",
            ["Daemon", "Store", "Model", "Deployer", "Promoter", "Watcher", "Config", "GitHosts", "TestSupport"]),
        tests("Console", ["Console", "TestSupport"]),
        tests("Commands", ["Commands", "Model", "Lifecycle", "Config", "GitHosts", "Subprocess", "TestSupport"]),
        tests("Simulation", ["Subprocess", "slipway-simulation"]),
        tests("EndToEnd", ["TestSupport", "Model", "HTTPClient", "Crypto", "SQLite", "Subprocess", "slipway"]),
    ],
    swiftLanguageModes: [.v6]
)

// `make fuzz`: every module is built with libFuzzer's instrumentation then, and this with its main function.
if Context.environment["SLIPWAY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "slipway-fuzz",
            dependencies: [
                "Builder", "Config", "ContainerEngine", "Crypto", "GitHosts", "HTTPClient", "HTTPServer", "Model",
                "Watcher", "YAML",
            ], path: "Fuzz",
            exclude: ["README.md", "corpus"]))
}

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
