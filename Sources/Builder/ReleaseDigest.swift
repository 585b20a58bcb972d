package import Model

/// The identity of what runs: SHA-256 over a canonical form of definitions and what was, or will be, built.
///
/// How an image is built is not written down: its build key says that, and a context that moves to another
/// directory with the same content stays the same release.
package enum ReleaseDigest {
    /// Grows when the canonical form changes. A change makes new releases of what runs: nothing is restarted
    /// for it only as long as nothing else changes.
    private static let format = 1

    /// What identifies a release before its images exist.
    package static func content(_ services: [CandidateService]) -> Digest {
        var form = CanonicalForm("slipway content", format: format)
        form.add(list: services.sorted { $0.name < $1.name }) { form, service in
            form.add(service.name)
            add(service.definition, to: &form)
            form.add(service.buildKey.hex)
        }
        return form.digest
    }

    /// A candidate of a commit with its services in order and its content digest.
    package static func candidate(commit: ObjectID, services: [CandidateService]) -> Candidate {
        let ordered = services.sorted { $0.name < $1.name }
        return Candidate(commit: commit, services: ordered, content: content(ordered))
    }

    /// The release of a candidate, with the image of each of its services.
    package static func release(from candidate: Candidate, images: [String: ImageID]) -> Release {
        var services: [ReleasedService] = []
        for service in candidate.services {
            guard let image = images[service.name] else {
                preconditionFailure("a release needs an image for every service")
            }
            services.append(
                ReleasedService(
                    name: service.name, definition: service.definition, image: image, buildKey: service.buildKey))
        }
        return Release(id: id(of: services), services: services, content: candidate.content)
    }

    private static func id(of services: [ReleasedService]) -> Digest {
        var form = CanonicalForm("slipway release", format: format)
        form.add(list: services) { form, service in
            form.add(service.name)
            add(service.definition, to: &form)
            form.add(service.image.description)
        }
        return form.digest
    }

    private static func add(_ definition: ServiceDefinition, to form: inout CanonicalForm) {
        switch definition.port {
        case .automatic: form.add("automatic")
        case .worker: form.add("worker")
        case .number(let number): form.add(number)
        }
        form.add(definition.isPublic)
        form.add(definition.command) { $0.add(list: $1) { $0.add($1) } }
        form.add(table: definition.variables)
        add(definition.health, to: &form)
        form.add(definition.replicas)
        form.add(definition.resources.cpuMillis) { $0.add($1) }
        form.add(definition.resources.memoryBytes) { $0.add($1) }
        form.add(list: definition.dependsOn.sorted()) { $0.add($1) }
        form.add(definition.drainTimeout)
        form.add(definition.stopTimeout)
        form.add(definition.overlap)
    }

    private static func add(_ health: HealthCheck, to form: inout CanonicalForm) {
        form.add(health.path) { $0.add($1) }
        form.add(health.interval)
        form.add(health.timeout)
        form.add(health.retries)
        form.add(health.deadline)
    }
}
