import Config
import Daemon
import Glibc
import Model

/// `slipway backup`
enum BackupVerb {
    static let verb = Verb(
        "backup", .run, "copy the daemon's records to a file, while it works", operands: [.required("FILE")],
        flags: [.socket],
        details: [
            "The copy is of one moment: everything that was acknowledged before is in it. FILE appears once it is whole"
                + " and checked, for its owner alone, and replaces what was there.",
            "It holds no secret and no key: keep the configuration and the files it names for secrets elsewhere.",
        ],
        examples: [.init("backup /var/backups/slipway.db", "nightly, from cron")]
    ) { invocation async throws(CommandProblem) in
        let file = invocation.path(invocation.arguments.operands.first ?? "")
        let copy = try await invocation.client.post(RecordsCopy.self, APIPath.backups)
        let partial = try PartialFile(replacing: file)
        var offset = 0
        while offset < copy.byteCount {
            let piece = try await invocation.client.bytes(
                APIPath.backups.adding(copy.name).asking("offset", "\(offset)"))
            guard !piece.isEmpty else { throw .failed("the daemon's copy of the records ended early", hint: nil) }
            try partial.append(piece)
            offset += piece.count
        }
        try? await invocation.client.delete(APIPath.backups.adding(copy.name))
        try partial.close()
        let summary = try RestoreVerb.asking { () throws(StartFailure) in try RecordsFile.examine(partial.path) }
        try partial.place()
        invocation.screen.line(
            "\(clean(file)): \(copy.byteCount >> 10) KiB, the records of \(summary.projects.count) projects at"
                + " \(copy.madeAt)")
        invocation.screen.line("no secret and no key is in it: keep the configuration and its secret files elsewhere")
        return ExitCode.done
    }
}

/// `slipway restore`
enum RestoreVerb {
    static let verb = Verb(
        "restore", .run, "put a backup in the place of the records, while no daemon runs",
        operands: [.required("FILE")], flags: [.config],
        details: [
            "The backup is checked first. What was there before is kept beside it.",
            "The next start takes in what runs; it deletes nothing and promotes nothing until a person has confirmed"
                + " each project with 'slipway approve PROJECT restore'.",
            "A copy that an older program left when the records were migrated (slipway.db.v1) is put back as it is, so"
                + " that that program can be started again.",
        ],
        examples: [
            .init("restore /var/backups/slipway.db", "after 'systemctl stop slipway'"),
            .init("restore /var/lib/slipway/slipway.db.v1", "go back to the program that was there before"),
        ]
    ) { invocation async throws(CommandProblem) in
        let file = invocation.path(invocation.arguments.operands.first ?? "")
        let configuration = try invocation.configuration()
        let outcome = try asking { () throws(StartFailure) in
            try RecordsFile.restore(file, into: configuration.state)
        }
        let made = outcome.summary.copiedAt.map { ", made at \($0)" } ?? ""
        let screen = invocation.screen
        screen.line("restored \(clean(file)): schema version \(outcome.summary.version)\(made)")
        if let aside = outcome.aside { screen.line("what was there before is kept as \(clean(aside))") }
        screen.line("start the daemon: it takes in what runs, deletes nothing and promotes nothing before you confirm:")
        for project in outcome.summary.projects { screen.line("  slipway approve \(project) restore") }
        return ExitCode.done
    }

    /// Asks what a starting daemon would; its problems become the command's.
    static func asking<Value>(_ body: () throws(StartFailure) -> Value) throws(CommandProblem) -> Value {
        do throws(StartFailure) {
            return try body()
        } catch {
            if error.isHeld { throw .held(error.message, hint: error.hint) }
            throw .failed(error.message, hint: error.hint)
        }
    }
}
