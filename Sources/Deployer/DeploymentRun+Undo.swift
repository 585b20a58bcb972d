import ContainerEngine
import Lifecycle
import Model
import Synchronization

extension DeploymentRun {
    /// Takes back what this pass made, and starts again what it stopped.
    ///
    /// What cannot be taken back is logged and left to the next pass, which finds it by its labels.
    func undo() async {
        let (disposable, stopped) = traces.withLock { ($0.disposable, $0.stopped) }
        // A change of routes that failed may have happened all the same. Where that cannot be settled, what may be
        // served stays, and goes in a later sweep.
        try? await deployer.router.settle()
        for name in disposable.sorted() { await discard(name) }
        for container in stopped {
            await reporter.step("start \(container.name) again", .began)
            do throws(EngineError) {
                try await deployer.engine.start(container.id)
                await reporter.step("start \(container.name) again", .done("started"))
            } catch {
                await reporter.step("start \(container.name) again", .failed(error.message))
                deployer.log.error("\(container.name) could not be started again: \(error.message)")
            }
        }
    }

    /// Removes a container by its name if it is ours and of this release: a stranger may have the name by now.
    private func discard(_ name: String) async {
        do throws(EngineError) {
            guard let found = try await deployer.engine.inspect(container: name)?.container,
                let labels = LabelSet(found.labels), labels.instance == deployer.instance,
                labels.environment == wanted.id, labels.release == wanted.release.id
            else { return }
            // Nothing is ever taken away from under the proxy. What may have been sent something goes with a sweep,
            // which lets it come to its end.
            if let port = labels.port {
                if await deployer.router.isServing(port: port) { return }
                if await deployer.router.idle(port: port, madeAt: found.createdAt) != nil { return }
            }
            try await deployer.remove(container: found.id)
            if let port = labels.port { await deployer.ports.release(port: port) }
        } catch {
            deployer.log.warning("\(name) could not be removed: \(error.message)")
        }
    }
}
