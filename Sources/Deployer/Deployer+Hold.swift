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

    /// Removes images that this instance built; those in use, and those of others, stay.
    ///
    /// - Returns: what is gone now.
    package func discardImages(_ images: [ImageID]) async throws(StageFailure) -> [ImageID] {
        var gone: [ImageID] = []
        for image in images {
            do throws(EngineError) {
                guard let detail = try await engine.inspectImage(image) else {
                    gone.append(image)
                    continue
                }
                guard detail.labels[Label.instance] == instance else { continue }
                // By its names one after the other, then by its id: only `force` would remove an image of several
                // names at once, and on Podman the containers that use it with it.
                for tag in detail.tags { try await engine.removeImage(tag) }
                try await engine.removeImage(image.description)
                gone.append(image)
            } catch  where error.isConflict {
                continue
            } catch {
                throw .engine(error, "image \(image.digest.short) cannot be removed")
            }
        }
        return gone
    }
}
