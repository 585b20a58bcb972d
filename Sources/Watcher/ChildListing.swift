import Dispatch
import Git
import Model
import Synchronization

/// Lists addresses in a Git child, some at a time, each within its own time.
///
/// libgit2 cannot be interrupted: a listing that takes too long keeps its thread, which dies with the child.
struct ChildListing: Sendable {
    let addresses: [RemoteAddress]
    /// The heads of pull requests that each should have, in the addresses' order; none where there is no entry.
    let heads: [PullRequestHeads]
    let access: RemoteAccess

    /// Results that threads have brought and the main thread has not taken.
    private final class Inbox: Sendable {
        private let results = Mutex<[(index: Int, result: Result<RefListing, StageFailure>)]>([])
        private let arrived = DispatchSemaphore(value: 0)

        func put(_ index: Int, _ result: Result<RefListing, StageFailure>) {
            results.withLock { $0.append((index, result)) }
            arrived.signal()
        }

        func take(before deadline: DispatchTime) -> (index: Int, result: Result<RefListing, StageFailure>)? {
            guard arrived.wait(timeout: deadline) == .success else { return nil }
            return results.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    /// Lists all and hands out the lines of each result as it comes.
    func run(_ write: ([UInt8]) -> Void) {
        let inbox = Inbox()
        var waiting = addresses.indices[...]
        var deadlines: [Int: DispatchTime] = [:]
        while true {
            while deadlines.count < GitTransport.listingWidth, let index = waiting.popFirst() {
                deadlines[index] = .now() + .milliseconds(access.bounds.patience)
                let (address, wanted) = (addresses[index], index < heads.count ? heads[index] : .none)
                DispatchQueue(label: "slipway.git-child.list").async {
                    inbox.put(index, result(for: address, heads: wanted))
                }
            }
            guard let next = deadlines.min(by: { $0.value < $1.value }) else { return }
            if let (index, result) = inbox.take(before: next.value) {
                // Too late, and said so already?
                guard deadlines.removeValue(forKey: index) != nil else { continue }
                write(GitAnswer.lines(of: result, index: index))
            } else {
                deadlines[next.key] = nil
                let failure = WatcherFailures.timedOut(
                    addresses[next.key], after: .milliseconds(access.bounds.patience))
                write(GitAnswer.line(of: failure, index: next.key))
            }
        }
    }

    private func result(for address: RemoteAddress, heads: PullRequestHeads) -> Result<RefListing, StageFailure> {
        let refusal = RemoteAccess.Refusal()
        do throws(GitError) {
            let options = access.options(for: address, refusal: refusal)
            let lines = try RemoteListing.list(url: address.description, options: options)
            return .success(Self.listing(of: lines, heads: heads))
        } catch {
            return .failure(refusal.value ?? WatcherFailures.remote(error, address))
        }
    }

    /// Branches, tags and wanted heads of a listing as libgit2 gives it: tags and what they name on two lines.
    static func listing(of lines: [RemoteLine], heads: PullRequestHeads = .none) -> RefListing {
        var head: RefName?
        var refs: [ListedRef] = []
        for line in lines {
            guard let target = ObjectID(line.target) else { continue }
            if line.name.elementsEqual("HEAD".utf8) {
                head = line.symbolicTarget.flatMap { RefNameRules.accept($0) ? RefName(bytes: $0) : nil }
            } else if line.name.suffix(3).elementsEqual("^{}".utf8) {
                guard let tag = refs.last, tag.name.bytes.elementsEqual(line.name.dropLast(3)) else { continue }
                refs[refs.count - 1] = ListedRef(name: tag.name, target: tag.target, peeled: target)
            } else if RefNameRules.accept(line.name) || RefNameRules.accept(line.name, heads: heads) {
                refs.append(ListedRef(name: RefName(bytes: line.name), target: target))
            }
        }
        return RefListing(head: head, refs: refs)
    }
}
