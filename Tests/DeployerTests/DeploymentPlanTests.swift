import ContainerEngine
import Deployer
import Model
import Testing

struct DeploymentPlanTests {
    private let name = "slipway--shop--staging--web--111111111111--1"
    private let hosts = ["web.staging--shop.localhost"]

    @Test func makesEverythingWhereThereIsNothing() {
        let wanted = WantedEnvironment.make()
        #expect(
            DeploymentPlan.steps(from: ObservedEnvironment(id: .make()), to: wanted) == [
                .createNetwork("slipway--shop--staging"),
                .launch([ServiceLaunch(service: "web", containers: [.init(name: name, replica: 1, action: .create)])]),
                .route([RouteTarget(service: "web", hosts: hosts, containers: [name])]),
            ])
    }

    @Test func doesNothingWhereEverythingRunsAndIsServed() {
        let wanted = WantedEnvironment.make()
        let observed = ObservedEnvironment.make([.make(of: wanted)], routes: [wanted.route()])
        #expect(DeploymentPlan.steps(from: observed, to: wanted) == [])
        #expect(DeploymentPlan.sweep(of: observed, to: wanted) == [])
    }

    @Test func anotherCommitOfTheSameReleaseChangesNothing() {
        var wanted = WantedEnvironment.make()
        let observed = ObservedEnvironment.make([.make(of: wanted)], routes: [wanted.route()])
        wanted.commit = commitID("9")
        wanted.ref = .tag("v1.0.0")
        #expect(DeploymentPlan.steps(from: observed, to: wanted) == [])
    }

    @Test func startsTheNewBesideTheOldAndSweepsTheOldOnlyAfterwards() {
        let before = WantedEnvironment.make(release: sha("0"))
        let wanted = WantedEnvironment.make()
        let old = ObservedContainer.make(of: before, port: 20_000)
        var observed = ObservedEnvironment.make([old], routes: [before.route(to: [20_000])])
        #expect(
            DeploymentPlan.steps(from: observed, to: wanted) == [
                .launch([ServiceLaunch(service: "web", containers: [.init(name: name, replica: 1, action: .create)])]),
                .route([RouteTarget(service: "web", hosts: hosts, containers: [name])]),
            ])
        #expect(DeploymentPlan.sweep(of: observed, to: wanted) == [])

        observed.containers.append(.make(of: wanted))
        observed.routes = [wanted.route()]
        #expect(DeploymentPlan.steps(from: observed, to: wanted) == [])
        #expect(
            DeploymentPlan.sweep(of: observed, to: wanted) == [
                .retire(
                    Retirement(
                        container: ContainerReference(old), port: 20_000, madeAt: old.createdAt, isRunning: true,
                        drainTimeout: .seconds(10)))
            ])
    }

    @Test func aNewConfigurationOfTheSameReleaseGetsTheNextName() {
        let before = WantedEnvironment.make(configuration: sha("0"))
        let observed = ObservedEnvironment.make([.make(of: before)], routes: [before.route()])
        let next = "slipway--shop--staging--web--111111111111--2"
        #expect(
            DeploymentPlan.steps(from: observed, to: .make()) == [
                .launch([ServiceLaunch(service: "web", containers: [.init(name: next, replica: 1, action: .create)])]),
                .route([RouteTarget(service: "web", hosts: hosts, containers: [next])]),
            ])
    }

    @Test func aContainerWithAnotherImageUnderOurNameIsNotOurs() {
        let wanted = WantedEnvironment.make()
        let observed = ObservedEnvironment.make([.make(of: wanted, image: imageID("f"))], routes: [wanted.route()])
        let steps = DeploymentPlan.steps(from: observed, to: wanted)
        #expect(steps.count == 2)
        #expect(DeploymentPlan.leftovers(in: observed, of: wanted).count == 1)
    }

    struct Ended: CustomTestStringConvertible {
        let state: ContainerState
        let action: ContainerLaunch.Action
        var testDescription: String { state.rawValue }
    }

    @Test(arguments: [
        Ended(state: .exited, action: .start(id: "id-slipway--shop--staging--web--111111111111--1")),
        Ended(state: .created, action: .start(id: "id-slipway--shop--staging--web--111111111111--1")),
        Ended(state: .paused, action: .recreate(id: "id-slipway--shop--staging--web--111111111111--1")),
        Ended(state: .dead, action: .recreate(id: "id-slipway--shop--staging--web--111111111111--1")),
        Ended(state: .restarting, action: .check(id: "id-slipway--shop--staging--web--111111111111--1")),
    ])
    func bringsBackWhatDoesNotRun(_ ended: Ended) {
        let wanted = WantedEnvironment.make()
        let observed = ObservedEnvironment.make([.make(of: wanted, state: ended.state)], routes: [wanted.route()])
        let steps = DeploymentPlan.steps(from: observed, to: wanted)
        #expect(
            steps.first
                == .launch([
                    ServiceLaunch(
                        service: "web",
                        containers: [
                            .init(name: name, replica: 1, action: ended.action, port: 20_001, isDisposable: false)
                        ])
                ]))
        // What may be made anew may have another port then; the engine's own restart keeps it.
        #expect(steps.count == (ended.state == .restarting ? 1 : 2))
    }

    @Test func seesThatWhatACrashLeftIsHealthyBeforeAnythingIsSentToIt() {
        let before = WantedEnvironment.make(release: sha("0"))
        let wanted = WantedEnvironment.make()
        let new = ObservedContainer.make(of: wanted)
        let observed = ObservedEnvironment.make(
            [.make(of: before, port: 20_000), new], routes: [before.route(to: [20_000])])
        #expect(
            DeploymentPlan.steps(from: observed, to: wanted) == [
                .launch([
                    ServiceLaunch(
                        service: "web",
                        containers: [.init(name: name, replica: 1, action: .check(id: new.id), port: 20_001)])
                ]),
                .route([RouteTarget(service: "web", hosts: hosts, containers: [name])]),
            ])
    }

    @Test func adoptsWhatRunsWhenTheProxyLostItsRoutes() {
        let wanted = WantedEnvironment.make()
        let running = ObservedContainer.make(of: wanted)
        #expect(
            DeploymentPlan.steps(from: .make([running]), to: wanted) == [
                .launch([
                    ServiceLaunch(
                        service: "web",
                        containers: [
                            .init(
                                name: name, replica: 1, action: .check(id: running.id), port: 20_001,
                                isDisposable: false)
                        ])
                ]),
                .route([RouteTarget(service: "web", hosts: hosts, containers: [name])]),
            ])
    }

    @Test func ofTwoContainersForOneReplicaTheOneThatRunsStays() {
        let wanted = WantedEnvironment.make()
        let ended = ObservedContainer.make(of: wanted, port: 20_000, state: .exited)
        let running = ObservedContainer.make(of: wanted, ordinal: 2)
        let observed = ObservedEnvironment.make([ended, running], routes: [wanted.route()])
        #expect(DeploymentPlan.steps(from: observed, to: wanted) == [])
        guard case .retire(let retirement)? = DeploymentPlan.sweep(of: observed, to: wanted).first else {
            Issue.record("nothing is swept")
            return
        }
        #expect(retirement.container.id == ended.id)
        #expect(!retirement.isRunning)
    }

    @Test func everyReplicaIsLaunchedAndRouted() {
        let wanted = WantedEnvironment.make(services: [.make("web", .init(replicas: 3))])
        let observed = ObservedEnvironment.make([.make(of: wanted, replica: 2, port: 20_002)])
        let steps = DeploymentPlan.steps(from: observed, to: wanted)
        guard case .launch(let launches)? = steps.first, case .route(let targets)? = steps.last else {
            Issue.record("\(steps)")
            return
        }
        #expect(launches.first?.containers.map(\.replica) == [1, 2, 3])
        #expect(
            targets.first?.containers == (1...3).map { "slipway--shop--staging--web--111111111111--\($0)" })
    }

    @Test func stopsFirstWhatMustNotOverlapAndCanGoBackToIt() {
        let service = ReleasedService.make("web", .init(overlap: false))
        let before = WantedEnvironment.make(services: [service], release: sha("0"))
        let wanted = WantedEnvironment.make(services: [service])
        let old = ObservedContainer.make(of: before, port: 20_000)
        let observed = ObservedEnvironment.make([old], routes: [before.route(to: [20_000])])
        let reference = ContainerReference(old)
        #expect(
            DeploymentPlan.steps(from: observed, to: wanted).first
                == .launch([
                    ServiceLaunch(
                        service: "web", stopsFirst: [reference], fallback: [reference],
                        containers: [.init(name: name, replica: 1, action: .create)])
                ]))
    }

    @Test func aCrashBetweenStoppingAndStartingStillLeavesSomethingToGoBackTo() {
        let service = ReleasedService.make("web", .init(overlap: false))
        let oldest = WantedEnvironment.make(services: [service], release: sha("2"))
        let before = WantedEnvironment.make(services: [service], release: sha("0"))
        let old = ObservedContainer.make(of: before, port: 20_000, state: .exited)
        let observed = ObservedEnvironment.make([
            .make(of: oldest, port: 19_999, state: .exited, at: 1), old,
        ])
        guard
            case .launch(let launches)? = DeploymentPlan.steps(
                from: observed, to: .make(services: [service])
            ).first
        else {
            Issue.record("nothing is launched")
            return
        }
        #expect(launches.first?.stopsFirst == [])
        #expect(launches.first?.fallback == [ContainerReference(old)])
    }

    @Test func startsServicesAfterThoseTheyDependOn() {
        let services: [ReleasedService] = [
            .make("api", .init(isPublic: false, dependsOn: ["queue"])),
            .make("queue", .init(isPublic: false)),
            .make("web", .init(dependsOn: ["api", "queue", "nowhere"])),
            .make("worker", .init(port: .worker, isPublic: false, dependsOn: ["queue"])),
        ]
        let steps = DeploymentPlan.steps(from: .make([]), to: .make(services: services))
        let waves = steps.compactMap { step -> [String]? in
            if case .launch(let launches) = step { launches.map(\.service) } else { nil }
        }
        #expect(waves == [["queue"], ["api", "worker"], ["web"]])
    }

    @Test func servicesThatWaitForEachOtherAreStartedTogether() {
        let services: [ReleasedService] = [
            .make("a", .init(dependsOn: ["b"])), .make("b", .init(dependsOn: ["a"])),
        ]
        let steps = DeploymentPlan.steps(from: .make([]), to: .make(services: services))
        #expect(steps.count == 2)
    }

    @Test func workersAndHiddenServicesAreNotRouted() {
        let services: [ReleasedService] = [
            .make("hidden", .init(isPublic: false)), .make("worker", .init(port: .worker, isPublic: true)),
        ]
        let wanted = WantedEnvironment.make(services: services, hosts: ["worker": ["x.localhost"]])
        let containers: [ObservedContainer] = [
            .make(of: wanted, "hidden"), .make(of: wanted, "worker", port: nil),
        ]
        #expect(DeploymentPlan.steps(from: .make(containers), to: wanted) == [])
    }

    @Test func hostsThatAreNoLongerWantedLoseTheirRoute() {
        var wanted = WantedEnvironment.make()
        let observed = ObservedEnvironment.make([.make(of: wanted)], routes: [wanted.route()])
        wanted.hosts = [:]
        #expect(DeploymentPlan.steps(from: observed, to: wanted) == [.route([])])
    }

    @Test func removalLeavesNothing() {
        let wanted = WantedEnvironment.make()
        var observed = ObservedEnvironment.make([.make(of: wanted), .make(of: wanted, ordinal: 2, state: .exited)])
        observed.volumes = [
            ObservedVolume(name: "v", labels: LabelSet(instance: "test", environment: wanted.id))
        ]
        let steps = DeploymentPlan.removal(of: observed)
        #expect(steps.count == 4)
        #expect(Array(steps.suffix(2)) == [.removeVolume("v"), .removeNetwork(observed.networks[0])])
    }

    // Containers that are to rest

    @Test func whatIsToRestIsStoppedAndNotStarted() throws {
        var wanted = WantedEnvironment.make()
        let running = ObservedContainer.make(of: wanted)
        wanted.resting = [running.name]
        let route = wanted.route()
        #expect(
            DeploymentPlan.steps(from: .make([running], routes: [route]), to: wanted)
                == [.rest([ContainerReference(running)])])
        let exited = ObservedContainer.make(of: wanted, state: .exited)
        #expect(DeploymentPlan.steps(from: .make([exited], routes: [route]), to: wanted).isEmpty)
        #expect(DeploymentPlan.sweep(of: .make([exited], routes: [route]), to: wanted).isEmpty)
        // Removed by hand meanwhile: it is not made either, and its route stays.
        #expect(DeploymentPlan.steps(from: .make([], routes: [route]), to: wanted).isEmpty)
        wanted.resting = []
        #expect(!DeploymentPlan.steps(from: .make([exited], routes: [route]), to: wanted).isEmpty)
    }

    /// Its records and routes were lost: nothing may be sent to what only crashes.
    @Test func nothingIsSentToWhatRestsAndNobodySawHealthy() {
        var wanted = WantedEnvironment.make()
        let exited = ObservedContainer.make(of: wanted, state: .exited)
        wanted.resting = [exited.name]
        #expect(DeploymentPlan.steps(from: .make([exited], routes: []), to: wanted).isEmpty)
    }

    /// What is made anew may have to publish on another port: its route is set once it does.
    @Test func whatIsMadeAnewIsRoutedAnew() throws {
        let wanted = WantedEnvironment.make()
        let paused = ObservedContainer.make(of: wanted, state: .paused)
        let steps = DeploymentPlan.steps(from: .make([paused], routes: [wanted.route()]), to: wanted)
        #expect(steps.count == 2)
        guard case .route(let targets)? = steps.last else {
            Issue.record("no route")
            return
        }
        #expect(targets.map(\.containers) == [[paused.name]])
    }
}
