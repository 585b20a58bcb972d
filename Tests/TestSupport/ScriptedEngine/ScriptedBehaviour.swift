/// What containers of an image do, as the file `behaviour` of its context says; without one they serve.
package enum ScriptedBehaviour: Sendable, Hashable {
    /// `serve`: answers HTTP.
    case serves
    /// `exit 3`: ends at once with that code.
    case exits(Int)
    /// `deaf`: runs, and listens on nothing.
    case deaf
    /// `mute`: takes connections and never answers.
    case mute
    /// `answer 500`: answers everything with that status.
    case answers(Int)
    /// `linger 7`: serves, and takes so many seconds to stop.
    case lingers(Int)

    init(_ text: String) {
        let words = text.split { $0 == " " || $0 == "\n" }
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words.first {
        case "exit": self = .exits(number)
        case "deaf": self = .deaf
        case "mute": self = .mute
        case "answer": self = .answers(number)
        case "linger": self = .lingers(number)
        default: self = .serves
        }
    }
}

extension ScriptedWorld.Image {
    var behaviour: ScriptedBehaviour {
        files["behaviour"].map { ScriptedBehaviour(String(decoding: $0, as: UTF8.self)) } ?? .serves
    }
}
