import Model
import Watcher

/// Changes of refs as sentences for people.
enum RefEvents {
    /// The kind and the sentence of a change; nil for one that is not worth an event.
    static func sentence(for change: RefChange) -> (kind: String, message: String)? {
        let what = change.name.isTag ? "tag \(change.name.short)" : "branch \(change.name.short)"
        return switch change.kind {
        case .created(let commit): ("ref.created", "\(what) appeared at \(commit.short)")
        case .moved(let old, let new): ("ref.moved", "\(what) moved from \(old.short) to \(new.short)")
        case .tagMoved(let old, let new):
            ("tag.moved", "\(what) was moved from \(old.short) to \(new.short); what it named first still counts")
        case .vanished: nil
        case .gone: ("ref.gone", "\(what) is gone")
        case .reappeared(let commit): ("ref.created", "\(what) is back at \(commit.short)")
        }
    }
}
