package import Model
import Store

extension DaemonControl {
    package func copyRecords() async throws(RequestProblem) -> RecordsCopy {
        guard let backups else {
            throw .unavailable("this daemon's records are nowhere that they could be copied from")
        }
        return try await backups.make()
    }

    package func piece(ofCopy name: String, from offset: Int) async throws(RequestProblem) -> [UInt8] {
        guard let backups else { throw .notFound("there is no copy of the records") }
        return try await backups.piece(of: name, from: offset)
    }

    package func removeCopy(_ name: String) async { await backups?.remove(name) }

    package func confirmRestoration(of project: ProjectName) async throws(RequestProblem) {
        let loop = try await loop(project)
        guard await loop.doubt != nil else {
            throw .conflict("the records of '\(project)' are in no doubt; nothing waits to be confirmed")
        }
        let event = NewEvent(
            at: parts.now(), project: project, environment: nil, kind: "records.confirmed",
            message: "a person confirmed the restored records: the project follows Git again")
        do throws(StageFailure) {
            try await parts.kept { ledger in try await ledger.confirm(project, events: [event]) }
        } catch {
            throw .unavailable(error.message)
        }
        await loop.confirmed()
    }
}
