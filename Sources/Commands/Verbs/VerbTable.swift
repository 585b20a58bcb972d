/// Everything the program can be asked to do, in the order people are told of it.
enum VerbTable {
    static let all: [Verb] =
        [
            ServeVerb.verb, DemoVerb.verb, DoctorVerb.verb, ValidateVerb.verb, SchemaVerb.verb, ConfigShowVerb.verb,
            StatusVerb.verb, EnvListVerb.verb, EnvShowVerb.verb, WhyVerb.verb, WaitVerb.verb, LogsVerb.verb,
            HistoryVerb.verb, BuildsVerb.verb, EventsVerb.verb, QuarantineListVerb.verb, ProjectListVerb.verb,
            ProjectShowVerb.verb, NotificationsVerb.verb,
        ] + [
            DeployVerb.verb, RedeployVerb.verb, AllowVerb.verb, StopVerb.verb, StartVerb.verb, HoldVerb.verb,
            ResumeVerb.verb, RollbackVerb.verb, RefreshVerb.verb,
            ApproveVerb.verb,
            EnvExtendVerb.verb, EnvDeleteVerb.verb, QuarantineReleaseVerb.verb, ProjectHooksVerb.verb, BackupVerb.verb,
            RestoreVerb.verb,
            VersionVerb.verb, CompletionVerb.verb, HelpVerb.verb, RouterConfigVerb.verb,
            ManualVerb.verb,
        ] + forTests

    /// What only a debug build has.
    private static var forTests: [Verb] {
        #if DEBUG
        [FailpointsVerb.verb]
        #else
        []
        #endif
    }

    /// Those that people are told of.
    static var listed: [Verb] { all.filter { $0.group != .hidden } }
}
