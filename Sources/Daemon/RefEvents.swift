import Model
import Watcher

/// Changes of refs as sentences for people.
enum RefEvents {
    /// The kind and the sentence of a change; nil for one that is not worth an event.
    static func sentence(for change: RefChange, now known: KnownRef?) -> (kind: String, message: String)? {
        let what =
            change.ref.pullRequest.map { "the head of pull request #\($0)" }
            ?? (change.ref.isTag ? "tag \(change.ref.short)" : "branch \(change.ref.short)")
        let commit = known?.commit.short ?? "?"
        return switch change.kind {
        case .created: ("ref.created", "\(what) appeared at \(commit)")
        case .moved(let old): ("ref.moved", "\(what) moved from \(old.short) to \(commit)")
        case .tagMoved(let target):
            ("tag.moved", "\(what) was moved to \(target.short); what it named first, \(commit), still counts")
        case .tagRestored: ("tag.restored", "\(what) names \(commit) again")
        case .vanished: nil
        case .gone: ("ref.gone", "\(what) is gone")
        case .reappeared: ("ref.created", "\(what) is back at \(commit)")
        }
    }
}
