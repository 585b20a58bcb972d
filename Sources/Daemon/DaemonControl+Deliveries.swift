import Config
package import GitHosts
import Lifecycle
package import Model
import SQLite
package import Store
import Watcher

/// Webhook requests: verified, made durable, acted upon.
extension DaemonControl {
    package func receive(
        _ request: DeliveryRequest, for project: ProjectName, answer: @escaping @Sendable (DeliveryAnswer) -> Void
    ) {
        guard let settings = settings[project] else { return answer(.unknownProject) }
        let object = WorkObject.delivery(project, Self.name(of: request.body))
        guard parts.quarantine.suspect(object) == nil else { return answer(.malformed) }
        let outcome = Quarantine.holding(object, here: { read(request, for: settings) })
        switch outcome {
        case .failure(let rejection): answer(DeliveryAnswer(rejection))
        case .success(let delivery):
            Failpoint.pass("ingest.verify.done")
            parts.ledger.record(delivery) { [self] result in answer(acknowledgement(of: delivery, result)) }
        }
    }

    /// What a request says, once it is believed.
    private func read(
        _ request: DeliveryRequest, for settings: Configuration.Project
    ) -> Result<NewDelivery, DeliveryRejection> {
        var loaded: [Secret<String>] = []
        var doubts: [String] = []
        for source in settings.webhookSecrets {
            do throws(ConfigError) { loaded.append(try secrets.load(source)) } catch { doubts.append("\(error)") }
        }
        switch DeliveryReader.read(request, secrets: loaded, now: parts.now()) {
        case .failure(let rejection):
            // The sender learns nothing of it; the operator must not look for a wrong signature.
            refused(
                doubts.isEmpty
                    ? rejection
                    : .unauthorised("a webhook secret cannot be used: \(doubts.joined(separator: "; "))"),
                for: settings.name)
            return .failure(rejection)
        case .success(let content):
            let delivery = NewDelivery(
                project: settings.name, host: content.host, deliveryID: content.deliveryID, event: content.event,
                receivedAt: parts.now(), ref: content.ref, announced: content.announced,
                before: content.before)
            return .success(delivery)
        }
    }

    /// The same for the same bytes in every process: FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv, word by word.
    private static func name(of body: [UInt8]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        body.withUnsafeBytes { bytes in
            for index in stride(from: 0, to: bytes.count & ~7, by: 8) {
                hash = (hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0x0000_0100_0000_01b3
            }
            for byte in bytes[(bytes.count & ~7)...] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        return String(hash, radix: 16)
    }

    package func refused(_ rejection: DeliveryRejection, for project: ProjectName) {
        // Whoever asks for a project that is not there is not to fill memory with its name.
        guard settings[project] != nil else { return }
        counts.count(rejection.countedAs, of: project)
        parts.hooks.refused(for: project, "\(rejection)", at: parts.now())
        let now = parts.now()
        guard let message = rejections.sentence(for: "\(rejection)", of: project, at: now) else { return }
        let event = NewEvent(
            at: now, project: project, environment: nil, kind: "delivery.rejected", message: message)
        _ = BackgroundWork { [parts] in await parts.tell([event]) }
    }

    package func deliveryCounts() -> [DeliveryCount] { counts.all }

    /// Makes a delivery that was verified durable, then acts upon it.
    package func accept(_ delivery: NewDelivery) async -> DeliveryAnswer {
        do throws(SQLiteError) {
            return acknowledgement(of: delivery, .success(try await parts.ledger.record(delivery)))
        } catch {
            return acknowledgement(of: delivery, .failure(error))
        }
    }

    /// What a delivery is answered once it is known whether it is on disk; if so, the remote is looked at.
    private func acknowledgement(
        of delivery: NewDelivery, _ result: Result<Recording, SQLiteError>
    ) -> DeliveryAnswer {
        switch result {
        case .failure(let error):
            counts.count(.unavailable, of: delivery.project)
            if error.isStaleLedger { parts.fence.trip() }
            // It may have been written all the same, and not every host sends it again.
            if error.code != .overloaded {
                projects.doubted(delivery)
                watcher.look(at: delivery.project)
            }
            return .unavailable
        case .success(.duplicate):
            counts.count(.duplicate, of: delivery.project)
            projects.doubted(delivery)
        case .success(.stored(let sequence)):
            counts.count(.accepted, of: delivery.project)
            parts.hooks.delivered(to: delivery.project, at: delivery.receivedAt)
            projects.delivered(sequence, delivery)
        }
        watcher.look(at: delivery.project)
        // What speaks of no ref speaks of pull requests or of the repository itself.
        if delivery.ref == nil { links[delivery.project]?.look.ring() }
        return .accepted
    }
}

extension DeliveryRejection {
    /// The counter it belongs to.
    fileprivate var countedAs: DeliveryCount.Outcome {
        switch self {
        case .unauthorised: .unauthorised
        case .malformed: .malformed
        case .unsupported: .unsupported
        case .tooLarge: .tooLarge
        }
    }
}
