import Lifecycle
import Model
import Synchronization
import TestSupport
import Testing

struct StreamingTests {
    private static let staging = "/api/v1/projects/shop/environments/staging"

    @Test func sendsLogsAsText() async throws {
        try await RunningConsole.run { console in
            let answer = await console.ask("GET \(Self.staging)/logs")
            #expect(answer?.status == 200)
            #expect(answer?.body.contains("one\n") == true)
            #expect(answer?.body.contains("two\n") == true)
        }
    }

    @Test func aProblemBeforeTheFirstPieceIsTheAnswer() async throws {
        try await RunningConsole.run { console in
            let answer = await console.ask("GET \(Self.staging)/logs?service=broken")
            #expect(answer?.status == 503)
            #expect(answer?.problem == "the engine does not answer")
        }
    }

    @Test func aProblemAfterThatIsTheLastLine() async throws {
        try await RunningConsole.run { console in
            let answer = await console.ask("GET \(Self.staging)/logs?service=breaks")
            #expect(answer?.status == 200)
            #expect(answer?.body.contains("slipway: the engine has stopped\n") == true)
        }
    }

    @Test func followsUntilTheDaemonStops() async throws {
        let stop = StopSignal()
        try await RunningConsole.run(stop: stop) { console in
            let client = console.begin("GET \(Self.staging)/logs?follow=1")
            #expect(await console.read(client, until: "one\n") != nil)
            stop.raise()
            await console.control.givenUp.wait(until: .after(.seconds(10)))
            #expect(await console.read(client, until: "two\n") != nil)
        }
    }

    @Test func stopsWaitingWhenTheDaemonStops() async throws {
        let stop = StopSignal()
        let control = FakeControl()
        control.state.withLock { $0.isEndless = true }
        try await RunningConsole.run(control, stop: stop) { console in
            let client = console.begin("GET \(Self.staging)/wait")
            await console.control.begun.wait(until: .after(.seconds(10)))
            stop.raise()
            #expect(await console.read(client, until: "\r\n\r\n") != nil)
        }
    }

    @Test func stopsWorkingForAClientThatHasLeft() async throws {
        let control = FakeControl()
        control.state.withLock { $0.isEndless = true }
        try await RunningConsole.run(control) { console in
            var client = console.begin("GET \(Self.staging)/wait")
            await console.control.begun.wait(until: .after(.seconds(10)))
            #expect(client != nil)
            client = nil
            await console.control.givenUp.wait(until: .after(.seconds(10)))
        }
    }

    @Test func listsEvents() async throws {
        let control = FakeControl()
        control.state.withLock { $0.events = (1...5).map(DaemonEvent.make) }
        try await RunningConsole.run(control) { console in
            let answer = await console.ask("GET /api/v1/events?after=3")
            #expect(answer?.head.contains("content-type: application/json") == true)
            #expect(answer?.body.contains("event 4") == true)
            #expect(answer?.body.contains("event 3") == false)
        }
    }

    @Test func followsEvents() async throws {
        let control = FakeControl()
        control.state.withLock { $0.events = (1...3).map(DaemonEvent.make) }
        try await RunningConsole.run(control) { console in
            let client = console.begin("GET /api/v1/events?follow=1&limit=1")
            let first = await console.read(client, until: "\n\n")
            #expect(first?.contains("text/event-stream") == true)
            #expect(first?.contains("id: 3\nevent: ref.moved\ndata: {") == true)
            #expect(first?.contains("event 2") == false)
            control.state.withLock { $0.events.append(.make(4)) }
            control.changes.notify()
            #expect(await console.read(client, until: "\n\n")?.contains("id: 4\n") == true)
        }
    }
}
