import Glibc
import Model

/// Where a verb's text goes: results to the output, everything about how it went to the error output.
struct Screen: Sendable {
    /// How results are shown.
    let style: Style
    /// How everything else is shown.
    let errorStyle: Style
    private let output: @Sendable ([UInt8]) -> Void
    private let errors: @Sendable ([UInt8]) -> Void

    init(
        style: Style, errorStyle: Style, output: @escaping @Sendable ([UInt8]) -> Void,
        errors: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.style = style
        self.errorStyle = errorStyle
        self.output = output
        self.errors = errors
    }

    /// The process's own.
    static var process: Self {
        Self(
            style: .of(STDOUT_FILENO), errorStyle: .of(STDERR_FILENO), output: { write($0, to: STDOUT_FILENO) },
            errors: { write($0, to: STDERR_FILENO) })
    }

    /// Prints a line of the result.
    func line(_ text: String) { output(Array((text + "\n").utf8)) }

    /// Prints lines of the result; each ends in a line end already.
    func text(_ text: String) { output(Array(text.utf8)) }

    /// Prints bytes of the result as they are.
    func bytes(_ bytes: [UInt8]) { output(bytes) }

    /// Prints a line about how it went.
    func note(_ text: String) { errors(Array((text + "\n").utf8)) }

    /// Shows how far it is, over what was shown before; on a terminal alone.
    func progress(_ text: String) {
        if errorStyle.isTerminal { errors(Array("\r\u{1b}[K\(errorStyle.cut(text))".utf8)) }
    }

    /// Takes away what ``progress(_:)`` showed.
    func endProgress() {
        if errorStyle.isTerminal { errors(Array("\r\u{1b}[K".utf8)) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                // Nobody reads any more: nothing is left to say, and nobody to say it to.
                return
            }
        }
    }
}

/// How text looks: colours and width where it is a terminal, plain everywhere else.
struct Style: Sendable, Hashable {
    /// Whether it goes to a terminal.
    var isTerminal: Bool
    /// Whether colours are wanted.
    var isColoured: Bool
    /// How many columns there are; nil: as many as it takes.
    var width: Int?

    /// What a pipe or a file gets.
    static let plain = Self(isTerminal: false, isColoured: false, width: nil)

    /// What a descriptor gets. https://no-color.org: any value but an empty one switches colours off.
    static func of(_ descriptor: Int32) -> Self {
        guard isatty(descriptor) == 1 else { return .plain }
        let noColour = getenv("NO_COLOR").map { !String(cString: $0).isEmpty } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col >= 20
        return Self(isTerminal: true, isColoured: !noColour && !isDumb, width: isKnown ? Int(size.ws_col) : nil)
    }

    /// The colours, by what they say.
    enum Colour: String, Sendable {
        /// As it should be.
        case good = "32"
        /// Under way, or wanting attention.
        case attention = "33"
        /// Wrong.
        case bad = "31"
        /// Worth finding first.
        case strong = "1"
        /// Worth less.
        case faint = "2"
    }

    /// The text in a colour, where colours are wanted.
    func paint(_ text: String, _ colour: Colour?) -> String {
        guard isColoured, let colour, !text.isEmpty else { return text }
        return "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m"
    }

    /// The text, cut to the width of the terminal.
    func cut(_ text: String) -> String {
        guard let width, Columns.count(text) >= width else { return text }
        return Columns.prefix(text, width - 1)
    }
}

/// Text from the daemon or a repository, safe to print on one line.
func clean(_ text: String) -> String { printable(text.utf8) }
