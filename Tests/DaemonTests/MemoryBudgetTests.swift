import Daemon
import Model
import Testing

@Suite struct MemoryBudgetTests {
    private static let gigabyte: Int64 = 1 << 30

    private func id(_ name: String) -> EnvironmentID {
        EnvironmentID(project: ProjectName("shop") ?? Fixture.id.project, name: EnvironmentName(name) ?? .staging)
    }

    /// 16 GiB, of which 4 are kept, and 4 of the rest are left to two builds of 2.
    private func budget(total: Int64? = 16 << 30) -> MemoryBudget {
        MemoryBudget(totalBytes: total, reserve: nil, buildBytes: 2 << 30, buildLimit: 2)
    }

    @Test func previewsWaitOnceTheirShareIsGivenAway() {
        var budget = budget()
        for number in 1...8 {
            #expect(budget.claim(Self.gigabyte, for: id("preview-\(number)"), kind: .preview) == nil)
        }
        let shortage = budget.claim(Self.gigabyte, for: id("preview-9"), kind: .preview)
        #expect(shortage?.room == 8 << 30)
        #expect(shortage?.promised == 8 << 30)
        #expect(budget.promised(to: id("preview-9")) == nil)
        budget.settle(nil, for: id("preview-3"), kind: .preview)
        #expect(budget.claim(Self.gigabyte, for: id("preview-9"), kind: .preview) == nil)
    }

    @Test func stagingAndProductionNeverWait() {
        var budget = budget()
        #expect(budget.claim(100 << 30, for: id("staging"), kind: .staging) == nil)
        #expect(budget.claim(100 << 30, for: id("production"), kind: .production) == nil)
        #expect(budget.claim(100 << 30, for: id("development"), kind: .development) == nil)
        // What they have beyond the reserve is no longer there for previews.
        #expect(budget.claim(1, for: id("preview-1"), kind: .preview) != nil)
    }

    @Test func nextVersionOfAPreviewWaitsForNobody() {
        var budget = budget()
        for number in 1...8 { _ = budget.claim(Self.gigabyte, for: id("preview-\(number)"), kind: .preview) }
        #expect(budget.claim(Self.gigabyte, for: id("preview-1"), kind: .preview) == nil)
        #expect(budget.claim(2 * Self.gigabyte, for: id("preview-1"), kind: .preview) != nil)
        #expect(budget.promised(to: id("preview-1")) == Self.gigabyte)
    }

    @Test func buildsWaitForEachOtherButOneAlwaysBegins() {
        var budget = budget(total: 4 << 30)
        #expect(budget.beginBuild(for: .preview) == nil)
        #expect(budget.beginBuild(for: .preview) != nil)
        // Whatever previews do, staging's build begins.
        #expect(budget.beginBuild(for: .staging) == nil)
        budget.endBuild()
        budget.endBuild()
        #expect(budget.beginBuild(for: .preview) == nil)
    }

    @Test func nothingWaitsWhileTheMachineIsNotKnown() {
        var budget = budget(total: nil)
        #expect(budget.claim(.max / 4, for: id("preview-1"), kind: .preview) == nil)
        for _ in 1...10 { #expect(budget.beginBuild(for: .preview) == nil) }
    }
}
