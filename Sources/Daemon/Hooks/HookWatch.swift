import GitHosts
import Lifecycle
import Model
import SQLite
import Store

/// Asks Git hosts about webhooks: at the start, every hour, and when Git moves without a delivery.
struct HookWatch: Service {
    let desk: HookDesk
    /// The projects that are configured.
    let projects: [ProjectName]
    /// Those whose host may be asked.
    let links: [ProjectName: HostLink]
    let ledger: Ledger
    let changes: Broadcast
    let log: Log

    let name = "webhooks"

    /// The time between two looks at the same hook.
    static let interval = Duration.seconds(3600)
    /// The least of it, when something asks for a look.
    private static let pause = Duration.seconds(300)

    func run(until stop: StopSignal) async throws {
        stop.onRaise { [desk] in desk.wake.ring() }
        await restore()
        var due = links.mapValues { _ in Deadline.after(.zero) }
        while !stop.isRaised {
            for (project, link) in links.sorted(by: { $0.key < $1.key }) where !stop.isRaised {
                guard due[project]?.hasPassed ?? true else { continue }
                await look(at: project, link)
                due[project] = .after(Self.interval)
            }
            await keepSilences()
            await desk.wake.wait(until: due.values.min())
            for project in desk.unkeptSilences().map(\.project) {
                due[project] = due[project].map { min($0, .after(Self.pause)) }
            }
        }
    }

    private func restore() async {
        for project in projects {
            do throws(SQLiteError) {
                desk.restore(
                    project, lastDeliveryAt: try await ledger.lastDelivery(of: project),
                    silentSince: try await ledger.silence(of: project))
            } catch {
                log.warning("what was known of the webhook is lost: \(error)", ("project", project.rawValue))
            }
        }
    }

    private func look(at project: ProjectName, _ link: HostLink) async {
        desk.take(await link.hookListing(), of: project)
        changes.notify()
    }

    private func keepSilences() async {
        for (project, since) in desk.unkeptSilences() {
            do throws(SQLiteError) {
                try await ledger.save(silence: since, of: project)
                desk.kept(since, of: project)
            } catch {
                log.warning("cannot write down since when no delivery came: \(error)", ("project", project.rawValue))
            }
            changes.notify()
        }
    }
}

extension HostLink {
    /// What the host says of the repository's hooks.
    func hookListing() async -> WebhookFacts.Listing {
        let now = { Timestamp(milliseconds: WallClock.milliseconds()) }
        do throws(StageFailure) {
            return .found(try await client.hooks(), at: now())
        } catch {
            return .failed(message: error.message, hint: error.hint, at: now())
        }
    }
}
