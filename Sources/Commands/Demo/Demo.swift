import Config
import ContainerEngine
import Glibc
import Lifecycle
import Model

/// `slipway demo`: the main job on this machine, for the user to watch, with everything it made removed at the end.
///
/// Synchronous: it waits for one thing at a time, on a thread of its own.
final class Demo: Sendable {
    /// What the demo was asked to do.
    struct Options: Sendable {
        /// Exit after the last step instead of staying up.
        var isOnce: Bool
        /// The engine's socket; nil: the first that answers, or one started for the demo.
        var socket: String?
        /// Where the example application is; nil: beside the program.
        var example: String?
    }

    /// A step that did not happen.
    struct Failure: Error {
        let message: String
        let hint: String?
    }

    private let options: Options
    private let stop: StopSignal
    private let page = DemoPage()

    init(_ options: Options, stop: StopSignal) {
        self.options = options
        self.stop = stop
    }

    /// Runs every step; returns the exit code.
    func run() -> Int32 {
        var stage: DemoStage?
        var code = ExitCode.done
        do throws(Failure) {
            page.title("Slipway demo: push, preview, merge, tag, delete")
            let ready = try DemoStage(options: options, page: page)
            stage = ready
            try story(ready)
            if !options.isOnce { stayUp(ready) }
        } catch {
            page.failure(error)
            if let stage { page.note("the daemon's log is in \(stage.daemonLog); its last lines:") }
            stage?.printLogTail(page)
            code = stop.isRaised ? ExitCode.cancelled : ExitCode.failed
        }
        page.note("removing everything the demo made …")
        let leftovers = stage?.tearDown() ?? []
        for leftover in leftovers { page.note("left behind: \(leftover)") }
        if !leftovers.isEmpty, code == ExitCode.done { code = ExitCode.failed }
        page.note(code == ExitCode.done ? "done; nothing is left" : "ended with code \(code)")
        return code
    }

    private func story(_ stage: DemoStage) throws(Failure) {
        let repository = stage.repository
        // 1. The default branch is staging.
        try step("push the default branch", "staging appears") { () throws(Failure) in
            let commit = try repository.pushFirst()
            let staging = try stage.wait(for: commit, in: .staging)
            try stage.expect("Hello from staging", at: staging)
            return staging.urls.first
        }
        // 2. A branch gets a preview.
        let branch = RefName.branch("feature/greeting")
        var previewName: EnvironmentName?
        try step("push a feature branch", "its preview appears") { () throws(Failure) in
            let commit = try repository.pushBranch(branch.short, page: "Version two.")
            let preview = try stage.wait(for: commit, following: branch)
            previewName = preview.id.name
            try stage.expect("Version two.", at: preview)
            return preview.urls.first
        }
        guard let previewName else { throw Failure(message: "the preview has no name", hint: nil) }
        // 3. The preview updates, and nobody notices.
        var requests = 0
        try step("change the feature branch", "the preview updates without a failed request") { () throws(Failure) in
            let url = try stage.url(of: previewName)
            let load = RequestLoop(url: url)
            defer { load.end() }
            let commit = try repository.change(page: "Version three.")
            let preview = try stage.wait(for: commit, in: previewName)
            try stage.expect("Version three.", at: preview)
            let result = load.end()
            requests = result.total
            guard result.failed == 0, result.total > 0 else {
                throw Failure(
                    message: "\(result.failed) of \(result.total) requests failed during the update", hint: result.first
                )
            }
            return preview.urls.first
        }
        page.note("\(requests) requests during the update, none failed")
        // 4. Merged: the previewed image is what staging runs.
        let buildsBefore = try stage.builds().count
        var stagingImages: [ImageID] = []
        try step("merge it", "staging updates, and no image is built") { () throws(Failure) in
            let commit = try repository.merge(branch.short)
            let staging = try stage.wait(for: commit, in: .staging)
            try stage.expect("Version three.", at: staging)
            let preview = try stage.environment(previewName)
            stagingImages = staging.services.map(\.image)
            let builds = try stage.builds().count
            guard builds == buildsBefore, staging.deployment?.built == false else {
                throw Failure(message: "an image was built for a tree that had been previewed", hint: nil)
            }
            guard stagingImages == preview.services.map(\.image), !stagingImages.isEmpty else {
                throw Failure(message: "staging does not run the preview's image", hint: nil)
            }
            return staging.urls.first
        }
        // 5. Tagged: production runs the very image that staging ran.
        try step("tag v1.0.0", "production appears with staging's very image") { () throws(Failure) in
            let commit = try repository.tag("v1.0.0")
            let production = try stage.wait(for: commit, in: .production)
            try stage.expect("Hello from production", at: production)
            guard production.services.map(\.image) == stagingImages else {
                throw Failure(message: "production does not run staging's image", hint: nil)
            }
            return production.urls.first
        }
        if let image = stagingImages.first {
            page.note("image \(image.description.prefix(19))… in preview, staging and production")
        }
        // 6. Deleted: nothing of it is left.
        try step("delete the feature branch", "the preview and all it had are gone") { () throws(Failure) in
            let url = try stage.url(of: previewName)
            try repository.delete(branch.short)
            try stage.waitUntilGone(previewName, url: url)
            return nil
        }
    }

    private func step(
        _ what: String, _ effect: String, _ body: () throws(Failure) -> String?
    ) throws(Failure) {
        if stop.isRaised { throw Failure(message: "interrupted", hint: nil) }
        page.begin(what)
        let start = ContinuousClock.now
        let url = try body()
        page.end(what, effect: effect, took: .now - start, url: url)
    }

    private func stayUp(_ stage: DemoStage) {
        page.note("it stays up: open the URLs above, or push to \(stage.repository.workTree)")
        page.note("  slipway status --socket \(stage.socketPath)")
        page.note("Ctrl-C removes everything")
        let ended = DispatchlessWait()
        stop.onRaise { ended.signal() }
        ended.wait()
    }
}

/// Blocks one thread until it is signalled: a semaphore of the C library.
final class DispatchlessWait: Sendable {
    private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        // sem_post(3) and sem_wait(3) may be called from any thread on the same semaphore.
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0, errno == EINTR {} }
}
