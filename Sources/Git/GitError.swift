import CLibgit2

/// Why a call into libgit2 failed.
package struct GitError: Error, Sendable, Hashable, CustomStringConvertible {
    /// libgit2's return value.
    package let code: Code
    /// The part of libgit2 that failed.
    package let category: Category
    /// The C function.
    package let call: String
    /// What went wrong, in libgit2's or the remote's words.
    package let message: String

    /// An error as given.
    package init(code: Code, category: Category, call: String, message: String) {
        self.code = code
        self.category = category
        self.call = call
        self.message = message
    }

    package var description: String { "\(call): \(message)" }
}

extension GitError {
    /// The values of `git_error_code` in git2/errors.h that are told apart.
    package struct Code: RawRepresentable, Sendable, Hashable {
        /// The value.
        package let rawValue: Int32
        /// Takes any value.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// No more is said.
        package static let generic = Self(rawValue: -1)
        /// There is no such object, ref, path or repository.
        package static let notFound = Self(rawValue: -3)
        /// It is there already.
        package static let exists = Self(rawValue: -4)
        /// A callback of ours ended the call: too many bytes.
        package static let refusedByUs = Self(rawValue: -7)
        /// The name or refspec is malformed.
        package static let invalidName = Self(rawValue: -12)
        /// The remote refused the credential, or wants one.
        package static let unauthorised = Self(rawValue: -16)
        /// The server's certificate or host key is not trusted.
        package static let certificate = Self(rawValue: -17)
        /// The object cannot be peeled to what was asked for.
        package static let cannotPeel = Self(rawValue: -19)
        /// The remote broke off.
        package static let endOfFile = Self(rawValue: -20)
        /// An object's content does not have the object's name.
        package static let mismatch = Self(rawValue: -33)
    }

    /// The values of `git_error_t` in git2/errors.h that are told apart.
    package struct Category: RawRepresentable, Sendable, Hashable {
        /// The value.
        package let rawValue: Int32
        /// Takes any value.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// No category.
        package static let none = Self(rawValue: 0)
        /// Out of memory.
        package static let memory = Self(rawValue: 1)
        /// A call into the operating system.
        package static let system = Self(rawValue: 2)
        /// zlib's data.
        package static let compression = Self(rawValue: 5)
        /// The repository as a whole.
        package static let repository = Self(rawValue: 6)
        /// The object database.
        package static let objects = Self(rawValue: 9)
        /// The network, or what came over it.
        package static let network = Self(rawValue: 12)
        /// The pack that came over the network.
        package static let indexer = Self(rawValue: 15)
        /// TLS.
        package static let tls = Self(rawValue: 16)
        /// SSH.
        package static let ssh = Self(rawValue: 23)
        /// HTTP.
        package static let http = Self(rawValue: 34)
    }

    /// Reads libgit2's error of this thread, which belongs to the call that just returned `code`.
    static func last(_ call: String, _ code: Int32) -> Self {
        let last = git_error_last()
        defer { git_error_clear() }
        return Self(
            code: Code(rawValue: code), category: Category(rawValue: last?.pointee.klass ?? 0), call: call,
            message: last?.pointee.message.map { String(cString: $0) } ?? "error \(code)")
    }
}

/// Passes on what a call of libgit2 returned, or throws what it left as its error.
@discardableResult
func check(_ call: String, _ code: Int32) throws(GitError) -> Int32 {
    guard code >= 0 else { throw .last(call, code) }
    return code
}

/// Calls a function of libgit2 that makes something, and returns what it made.
func make<Handle>(
    _ call: String, _ body: (UnsafeMutablePointer<Handle?>) -> Int32
) throws(GitError) -> Handle {
    var made: Handle?
    let code = withUnsafeMutablePointer(to: &made) { body($0) }
    try check(call, code)
    guard let made else {
        throw GitError(code: .generic, category: .none, call: call, message: "libgit2 made nothing")
    }
    return made
}
