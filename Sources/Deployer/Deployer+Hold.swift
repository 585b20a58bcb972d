import ContainerEngine
import Lifecycle
package import Model

extension Deployer {
    /// Writes a person's pin to the engine, where it outlives the database; nil takes it away.
    ///
    /// Labels of containers that run cannot change, so the pin is the label of an empty volume.
    package func mark(_ id: EnvironmentID, hold: Hold?) async throws(StageFailure) {
        let name = ContainerNames.holdMarker(of: id)
        do throws(EngineError) {
            let existing = try await engine.volumes(labels: labels(of: id)).first { $0.name == name }
            guard let hold else {
                if existing != nil { try await engine.removeVolume(name) }
                return
            }
            var labels = LabelSet(instance: instance, environment: id)
            labels.hold = hold
            if let existing {
                if existing.labels[Label.hold] == labels.encoded[Label.hold] { return }
                try await engine.removeVolume(name)
            }
            try await engine.createVolume(name: name, labels: labels.encoded)
            Failpoint.pass("deploy.volume.created")
        } catch {
            throw .engine(error, "the hold on \(id) cannot be written down in the engine")
        }
    }
}
