import Model

/// Text of others inside Markdown that a Git host renders: nothing in it is markup, calls anybody, refers to anything or
/// is an order to the host. Pure.
enum CommentText {
    /// Where hosts look for names and references after what comes before was rendered, so that a backslash does not help:
    /// docs.github.com "Autolinked references", docs.gitlab.com "GitLab-specific references".
    private static let callers: Set<Character> = ["@", "#", "!", "~", "%", "$", "&", "+"]
    /// What takes the meaning from what stands before it, and is not seen.
    private static let nothing: Character = "\u{200b}"

    /// One line of text as it is.
    static func plain(_ text: String) -> String {
        let shown = Array(printable(text.utf8))
        // GitLab takes a line that begins with a slash for an order: docs.gitlab.com, "GitLab quick actions".
        var result = shown.first == "/" ? String(nothing) : ""
        for (index, character) in shown.enumerated() {
            let next = index + 1 < shown.count ? shown[index + 1] : " "
            switch character {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "|", "`", "*", "_", "[", "]", "#", "~", "\\": result += "\\\(character)"
            default: result.append(character)
            }
            let isCalling = callers.contains(character) && next != " "
            // An address becomes a link by itself, and so does GH-12.
            let isLinking =
                character == ":" && next == "/" || character == "." && isWorldWideWeb(shown[..<index])
                || character == "-" && isTicket(shown[..<index])
            if isCalling || isLinking { result.append(nothing) }
        }
        return result
    }

    private static func isWorldWideWeb(_ before: ArraySlice<Character>) -> Bool {
        String(before.suffix(3)).lowercased() == "www"
    }

    private static func isTicket(_ before: ArraySlice<Character>) -> Bool {
        String(before.suffix(2)).lowercased() == "gh"
    }

    /// Lines as a block of their own, which nothing in them can end.
    static func block(_ lines: [String]) -> [String] {
        guard !lines.isEmpty else { return [] }
        let shown = lines.map { printable($0.utf8) }
        // CommonMark, "Fenced code blocks": a block ends with at least as many backticks as it begins with.
        let longest = shown.map(longestRun).max() ?? 0
        let fence = String(repeating: "`", count: max(4, longest + 1))
        return [fence + "text"] + shown + [fence]
    }

    private static func longestRun(of line: String) -> Int {
        var (longest, run) = (0, 0)
        for character in line {
            run = character == "`" ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// A link to an address of ours, by its host.
    static func link(_ url: String) -> String {
        let host = url.firstRange(of: "://").map { String(url[$0.upperBound...]) } ?? url
        return "[\(plain(host))](\(url))"
    }
}
