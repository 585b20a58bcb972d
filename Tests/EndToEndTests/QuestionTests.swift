import FoundationEssentials
import Model
import TestSupport
import Testing

/// What people ask on the command line, where the nearest answer is beside the point.
@Suite struct QuestionTests {
    /// Staging runs what a preview was built for: that build's output is shown, not that of staging's own, older one.
    @Test func theBuildOfAnEnvironmentIsTheNewestThatItNeeded() async throws {
        try await Scene.play(on: try ScriptedEngine(.podman)) { scene in
            try await scene.live(try scene.push(page: "one"), in: "staging")
            try scene.checkOut("greeting", isNew: true)
            let previewed = try scene.push(page: "two", to: "greeting")
            try await scene.live(previewed, in: "greeting")
            let merged = try scene.merge("greeting")
            try await scene.live(merged, in: "staging")
            #expect(scene.builds().map(\.commit).first == previewed && scene.builds().count == 2)
            let ending = try scene.daemon.run("logs", "shop", "staging", "--build")
            let number = try #require(scene.builds().first?.number)
            #expect(
                ending.output.hasPrefix(
                    "build \(number) (web, commit \(previewed.short)), the newest of shop/staging, whose \(merged.short)"
                        + " needs the same\n"), "\(ending.output)\(ending.errorOutput)")
            #expect(ending.output.uppercased().contains("STEP"), "\(ending.output)")
            // What is not kept any more is named too.
            let key = try #require(scene.builds().first?.key)
            try FileManager.default.removeItem(atPath: scene.directory.path(of: "state/logs/\(key.hex).log"))
            let gone = try scene.daemon.run("logs", "shop", "staging", "--build")
            #expect(gone.status == 1 && gone.output.isEmpty)
            #expect(
                gone.errorOutput.contains("build \(number) (web, ")
                    && gone.errorOutput.contains("is not kept any more"),
                "\(gone.errorOutput)")
        }
    }

    /// Who mistypes an environment's name reads the names that there are.
    @Test func waitingForAnEnvironmentThatIsNotThereNamesThoseThatAre() async throws {
        try await Scene.play(on: try ScriptedEngine(.podman)) { scene in
            try await scene.live(try scene.push(page: "one"), in: "staging")
            let ending = try scene.daemon.run("wait", "shop", "stagign", "--timeout", "4s")
            #expect(ending.status == 6)
            let lines = ending.errorOutput.split(separator: "\n")
            let words = "project 'shop' has no environment 'stagign' yet; it has: "
            // Soon, and once more in the end.
            #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix(words) }, "\(lines)")
            #expect(lines.first?.hasSuffix("staging; waiting for it") == true, "\(lines)")
        }
    }
}
