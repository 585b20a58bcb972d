import ContainerEngine
import Lifecycle
import Model
import Synchronization

/// How one image is built: looked for, planned, sent, confirmed.
struct ImageBuild: Sendable {
    /// Builds, and knows what is built.
    let engine: EngineClient
    /// Whose images they are.
    let instance: String
    /// The bounds.
    let limits: BuilderLimits
    /// Where the start of a build is written.
    let log: Log
    /// Where repositories are read.
    let pool: BlockingPool
    /// The output of the builds under way.
    let logs: RunningLogs

    /// The image that this instance has built for a key, if the engine still has it.
    func existing(project: ProjectName, key: Digest) async throws(StageFailure) -> ImageID? {
        do throws(EngineError) {
            // By its name, which is given at the very end: Podman 4.3 that is ended in the middle of a build leaves the
            // image of a step with every label and no command, or one without a manifest, for which it lists none at all.
            guard let found = try await engine.inspectImage(tag(project, key)) else { return nil }
            return labels(project, key).allSatisfy { found.labels[$0.key] == $0.value } ? found.id : nil
        } catch {
            throw .engine(error)
        }
    }

    /// Finds the image, or waits for its turn and builds it.
    func image(for job: BuildJob, hooks: BuildHooks, turn: BuildTurn) async -> Result<ImageID, StageFailure> {
        do throws(StageFailure) {
            if let image = try await existing(project: job.project, key: job.key) { return .success(image) }
            guard await turn.wait() else { return .failure(.cancelled) }
            let plan = try await plan(job)
            if job.tier.isFork { try await checkFork(plan) }
            if let refusal = await hooks.mayStart() { return .failure(refusal) }
            await hooks.onStart()
            let began = Timestamp(milliseconds: WallClock.milliseconds())
            let missing = await missing(of: plan.scan.bases)
            let (result, steps) = await run(plan, job, hooks)
            let traces = BuildTraces(
                steps: steps, bases: await fetched(missing),
                span: began...max(began, Timestamp(milliseconds: WallClock.milliseconds())))
            if !traces.isEmpty { await hooks.onTraces(traces) }
            await hooks.onEnd(result)
            return result
        } catch {
            return .failure(error)
        }
    }

    private struct Plan: Sendable {
        let context: BuildContext
        let scan: DockerfileScan
        /// How many bytes of files are sent.
        let bytes: Int

        /// Steps are worth keeping where one may take long. Where all of them only copy a small context, each would
        /// cost an image of its own, with its writes to disk, and save less than that.
        var keepsSteps: Bool { scan.mayTakeLong || bytes > Self.copiedByteLimit }

        /// What is copied anew by each build, and kept by each image: much less than the images' base mostly is.
        private static let copiedByteLimit = 16 << 20
    }

    private func plan(_ job: BuildJob) async throws(StageFailure) -> Plan {
        try await pool.run { () throws(StageFailure) in
            var reader = try ContextReader(mirror: job.mirror, commit: job.commit)
            let context = try reader.context(of: job.definition)
            let bytes = try reader.check(context, of: job.definition, limits: limits)
            let scan = DockerfileScan(try reader.dockerfile(of: context))
            if let frontend = scan.frontend, !DockerfileScan.isStandard(frontend.name) {
                throw .customFrontend(frontend.name, dockerfile: context.dockerfile, line: frontend.line)
            }
            return Plan(context: context, scan: scan, bytes: bytes)
        }
    }

    /// What a fork's build may not do, because it would reach what other builds use.
    private func checkFork(_ plan: Plan) async throws(StageFailure) {
        if let refusal = ForkRules.refusal(of: plan.scan, dockerfile: plan.context.dockerfile) { throw refusal }
        let flavour: EngineVersion.Flavour
        do throws(EngineError) { flavour = try await engine.version().flavour } catch { throw .engine(error) }
        guard flavour == .podman else { throw .sharedCache }
    }

    /// Which of some images the engine does not have; none where it does not say.
    private func missing(of references: [String]) async -> [String] {
        var missing: [String] = []
        for reference in references {
            do throws(EngineError) {
                if try await engine.inspectImage(reference) == nil { missing.append(reference) }
            } catch {
                // What is not known to have been missing is nobody's to remove later.
            }
        }
        return missing
    }

    /// Which of the images that were missing are there now.
    private func fetched(_ missing: [String]) async -> [BuildTraces.Base] {
        var bases: [BuildTraces.Base] = []
        for reference in missing {
            guard let image = try? await engine.inspectImage(reference) else { continue }
            bases.append(BuildTraces.Base(reference: reference, image: image.id))
        }
        return bases
    }

    /// Builds; the result, and the images of the steps.
    private func run(
        _ plan: Plan, _ job: BuildJob, _ hooks: BuildHooks
    ) async -> (Result<ImageID, StageFailure>, steps: [String]) {
        let buildLog: BuildLog
        do throws(StageFailure) {
            buildLog = try BuildLog(creatingAt: job.logPath, byteLimit: limits.logBytes)
        } catch {
            return (.failure(error), [])
        }
        logs.began(buildLog)
        let output = Mutex(BuildTranscript())
        log.info("building", ("project", "\(job.project)"), ("service", job.service), ("build", job.key.short))
        var result: Result<ImageID, StageFailure>
        do throws(EngineError) {
            let onOutput: @Sendable (String) -> Void = { text in
                Failpoint.pass("build.stream.mid")
                output.withLock { $0.take(text) }
                buildLog.append(text)
                hooks.onOutput(text)
            }
            let image = try await image(plan, job, onOutput) {
                // What the diagnosis reads is the last attempt's.
                output.withLock { $0 = BuildTranscript() }
            }
            Failpoint.pass("build.image.id_seen")
            result = await confirmed(image, job)
        } catch {
            let transcript = output.withLock { transcript in
                transcript.endLine()
                return transcript
            }
            let diagnosis = BuildDiagnosis(
                service: job.service, dockerfile: plan.context.dockerfile, scan: plan.scan, transcript: transcript,
                labelCount: labels(job.project, job.key).count)
            result = .failure(diagnosis.failure(error, timeout: limits.timeout))
        }
        if case .failure(let failure) = result { buildLog.append("\n\(failure.message)\n") }
        buildLog.end()
        logs.ended(buildLog)
        return (result, output.withLock { $0.stepImages })
    }

    /// How often a build is begun when Podman's own program around a step is killed.
    private static let attempts = 5

    /// Builds, and begins again where what went wrong says nothing about the build.
    private func image(
        _ plan: Plan, _ job: BuildJob, _ onOutput: @escaping @Sendable (String) -> Void, onRestart: () -> Void
    ) async throws(EngineError) -> ImageID {
        for _ in 1..<Self.attempts {
            do throws(EngineError) {
                return try await attempt(plan, job, onOutput)
            } catch {
                guard error.isRuntimeKilled, !Task.isCancelled else { throw await afterwards(error) }
                log.warning("the build is begun again: \(error.message)", ("build", job.key.short))
                onRestart()
            }
        }
        do throws(EngineError) { return try await attempt(plan, job, onOutput) } catch { throw await afterwards(error) }
    }

    /// How often, and how far apart, the engine is asked whether it is still there after a build that failed.
    private static let farewells = 4
    private static let farewellPause = Duration.milliseconds(100)

    /// What a failure means once the engine has been looked at: one that is being stopped blames the step at hand, be it
    /// by an exit status, and is gone a moment later.
    private func afterwards(_ error: EngineError) async -> EngineError {
        guard error.status == 200, !Task.isCancelled else { return error }
        for _ in 0..<Self.farewells {
            do throws(EngineError) { _ = try await engine.version() } catch {
                if error.isUnavailable { return error }
            }
            guard (try? await SteadyClock.sleep(for: Self.farewellPause)) != nil else { break }
        }
        return error
    }

    private func attempt(
        _ plan: Plan, _ job: BuildJob, _ onOutput: @escaping @Sendable (String) -> Void
    ) async throws(EngineError) -> ImageID {
        let tar = ContextTar(mirror: job.mirror, commit: job.commit, context: plan.context)
        return try await engine.build(request(job, plan), context: { try tar.pull() }, onOutput: onOutput)
    }

    private func tag(_ project: ProjectName, _ key: Digest) -> String { "slipway.local/\(project):\(key.short)" }

    private func request(_ job: BuildJob, _ plan: Plan) -> BuildRequest {
        BuildRequest(
            dockerfile: String(decoding: plan.context.dockerfile, as: UTF8.self),
            withheld: plan.context.withheld.map { String(decoding: $0, as: UTF8.self) }, target: job.definition.target,
            arguments: job.definition.arguments, labels: labels(job.project, job.key),
            tag: tag(job.project, job.key), memoryBytes: limits.memoryBytes,
            isNetworkAllowed: job.isNetworkAllowed,
            // A private base must not become readable to whoever opens a pull request from a fork.
            registries: job.isNetworkAllowed && !job.tier.isFork ? job.registries : [], timeout: limits.timeout,
            keepsSteps: plan.keepsSteps && !job.tier.isFork, isApart: job.tier.isFork)
    }

    /// The image if it carries the labels of its build: the output, which names it, comes from the repository's own steps.
    private func confirmed(_ image: ImageID, _ job: BuildJob) async -> Result<ImageID, StageFailure> {
        do throws(EngineError) {
            let found = try await engine.inspectImage(image)?.labels ?? [:]
            let isOurs = labels(job.project, job.key).allSatisfy { found[$0.key] == $0.value }
            return isOurs ? .success(image) : .failure(.foreignImage(image, service: job.service))
        } catch {
            return .failure(.engine(error))
        }
    }

    private func labels(_ project: ProjectName, _ key: Digest) -> [String: String] {
        [Label.instance: instance, Label.project: project.rawValue, Label.build: key.hex]
    }
}

extension DockerfileScan {
    /// Whether a frontend is Docker's own: engines build its language themselves and take the line for a comment.
    static func isStandard(_ frontend: String) -> Bool {
        let name = frontend.prefix { $0 != ":" && $0 != "@" }
        return ["docker/dockerfile", "docker.io/docker/dockerfile"].contains(name)
    }
}

/// The output of the builds under way, by the path of its file.
final class RunningLogs: Sendable {
    private let logs = Mutex<[String: BuildLog]>([:])

    /// The log that is written at a path, if one is.
    func log(at path: String) -> BuildLog? { logs.withLock { $0[path] } }

    /// A build has begun to write.
    func began(_ log: BuildLog) { logs.withLock { $0[log.path] = log } }

    /// A build has ended its output.
    func ended(_ log: BuildLog) { logs.withLock { _ = $0.removeValue(forKey: log.path) } }
}
