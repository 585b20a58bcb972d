package import ContainerEngine
import Lifecycle
package import Model

extension Deployer {
    /// Every image that the engine has, those of single build steps among them.
    package func allImages() async throws(StageFailure) -> [EngineImage] {
        do throws(EngineError) {
            return try await engine.allImages()
        } catch {
            throw .engine(error, "the images cannot be listed")
        }
    }

    /// Removes one image by id or name.
    ///
    /// - Returns: whether it is gone; what is used by a container or by another image stays.
    package func discardImage(_ reference: String) async throws(StageFailure) -> Bool {
        do throws(EngineError) {
            try await engine.removeImage(reference)
            return true
        } catch  where error.isConflict {
            return false
        } catch {
            throw .engine(error, "image \(printable(reference.utf8)) cannot be removed")
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
