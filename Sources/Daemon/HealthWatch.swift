import Lifecycle
import Model

/// Looks at everything that is live from outside, over and over, a few environments at a time.
struct HealthWatch: Service {
    let name = "health watch"
    let projects: Projects
    /// The least time between two looks at a service; a manifest may ask for a longer one.
    let interval: Duration

    /// The least interval of a real daemon: what is live has passed its checks once, so it need not be hurried.
    static let floor = Duration.seconds(5)
    /// How many environments are looked at side by side.
    private static let width = 8

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        while !stop.isRaised {
            await wake.wait(until: .after(interval))
            if !stop.isRaised { await lookAtAll(until: stop) }
        }
    }

    private func lookAtAll(until stop: StopSignal) async {
        var rest = await projects.workers[...]
        await withTaskGroup(of: Void.self) { group in
            for worker in rest.prefix(Self.width) { group.addTask { await worker.lookAfter(floor: interval) } }
            rest = rest.dropFirst(Self.width)
            while await group.next() != nil {
                guard !stop.isRaised, let worker = rest.popFirst() else { continue }
                group.addTask { await worker.lookAfter(floor: interval) }
            }
        }
    }
}
