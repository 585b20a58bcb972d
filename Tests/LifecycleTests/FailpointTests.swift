import FoundationEssentials
import Glibc
import Testing

@testable import Lifecycle

struct FailpointTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    /// Every boundary that the sources pass, by the name in the call.
    private static func passed() throws -> [String: Int] {
        var result: [String: Int] = [:]
        let folder = root + "/Sources"
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let data = try #require(FileManager.default.contents(atPath: folder + "/" + file), "\(file)")
            let pieces = String(decoding: data, as: UTF8.self).split(separator: "Failpoint.pass(\"").dropFirst()
            for piece in pieces { result[String(piece.prefix { $0 != "\"" }), default: 0] += 1 }
        }
        return result
    }

    @Test func theListIsWhatTheSourcesPass() throws {
        let names = try Self.passed()
        let points = Set(Failpoint.Point.allCases.map(\.rawValue))
        #expect(Set(names.keys).subtracting(points) == [], "a name that is no boundary ends a debug build")
        #expect(points.subtracting(names.keys) == [], "a boundary that nothing passes")
    }

    @Test(arguments: ["deploy.route.written:2:kill", "build.tar.mid:1:error", "life.exit:30:hang"])
    func ordersAreReadBack(_ text: String) {
        #expect(FailpointPlan.Order(text)?.text == text)
    }

    @Test(arguments: [
        "", "deploy.route.written", "deploy.route.written:0:kill", "no.such:1:kill", "life.exit:1:explode",
    ])
    func anythingElseIsNoOrder(_ text: String) {
        #expect(FailpointPlan.Order(text) == nil)
    }

    @Test func anOrderIsDueAtItsHitOnce() {
        let plan = FailpointPlan("build.tar.mid:2:error,build.tar.mid:4:enospc,life.exit:1:error")
        #expect((1...5).map { _ in plan.reach("build.tar.mid") } == [nil, .error, nil, .enospc, nil])
        #expect(plan.reach("life.exit") == .error)
        #expect(plan.reach("plan.decide") == nil)
    }

    @Test func ordersInAFileComeWhileTheProcessRunsAndAreGoneOnceDone() throws {
        var template = Array("/tmp/slipway-failpoints.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            close(descriptor)
            unlink(path)
        }
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
        func left() -> String { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }
        let (first, second) = (FailpointPlan("@" + path), FailpointPlan("@" + path))
        #expect(first.reach("plan.decide") == nil)
        try write("plan.decide:2:error\nlife.exit:1:error")
        #expect(first.reach("plan.decide") == nil)
        // Another process counts for itself.
        #expect(second.reach("plan.decide") == nil)
        #expect(first.reach("plan.decide") == .error)
        #expect(left() == "life.exit:1:error")
        #expect(second.reach("plan.decide") == nil)
        #expect(second.reach("life.exit") == .error)
        #expect(left() == "")
        // The same order again is a new one.
        try write("plan.decide:2:error")
        #expect(first.reach("plan.decide") == nil)
        #expect(first.reach("plan.decide") == .error)
    }

    @Test func aBoundaryThrowsWhatItIsTold() throws {
        struct Failed: Error, Equatable { let isDiskFull: Bool }
        // This process has no orders: nothing happens.
        try Failpoint.pass("plan.decide") { Failed(isDiskFull: $0) }
        #expect(Failpoint.environment == [:])
    }
}
