import Glibc
import HTTPServer

/// What libFuzzer calls for each input. TARGET in the environment says which reader gets it.
@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    target(bytes)
    return 0
}

private let target: @Sendable ([UInt8]) -> Void = {
    let name = getenv("TARGET").map { String(cString: $0) } ?? ""
    switch name {
    // Deliveries
    case "github": return { deliver($0, [("x-github-event", nil), ("x-hub-signature-256", "sha256=")]) }
    case "gitea": return { deliver($0, [("x-gitea-event", nil), ("x-gitea-signature", "")]) }
    case "forgejo": return { deliver($0, [("x-forgejo-event", nil), ("x-forgejo-signature", "")]) }
    case "bitbucket": return { deliver($0, [("x-event-key", nil), ("x-hub-signature", "sha256=")]) }
    case "generic": return { deliver($0, [("x-slipway-event", nil), ("x-hub-signature-256", "sha256=")]) }
    case "gitlab": return { deliver($0, [("x-gitlab-event", nil), ("x-gitlab-token", "token")]) }
    case "standard": return standardWebhook
    case "form": return form
    case "json": return json
    case "headers": return headers
    // The gate
    case "head": return head
    case "target": return { _ = RequestTarget(parsing: $0) }
    case "wire": return wire
    // Files of repositories and operators
    case "yaml": return yaml
    case "manifest": return manifest
    case "config": return configuration
    case "ignore": return ignore
    case "dockerfile": return dockerfile
    // Answers
    case "api": return hostAnswer
    case "limits": return hostLimits
    case "refs": return gitAnswer
    case "engine": return engineAnswer
    default: fatalError("TARGET must name a reader")
    }
}()
