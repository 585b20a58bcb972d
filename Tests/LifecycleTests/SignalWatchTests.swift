import Glibc
import Lifecycle
import Testing

struct SignalWatchTests {
    @Test func hangUpReloadsAndTerminationStops() async {
        let (reloaded, stopped) = (Wake(), Wake())
        let stop = StopSignal()
        let watch = SignalWatch(stop: stop) { reloaded.ring() }
        stop.onRaise { stopped.ring() }
        kill(getpid(), SIGHUP)
        await reloaded.wait(until: .after(.seconds(60)))
        #expect(!stop.isRaised)
        kill(getpid(), SIGTERM)
        await stopped.wait(until: .after(.seconds(60)))
        #expect(stop.isRaised)
        withExtendedLifetime(watch) {}
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_DFL) }
    }
}
