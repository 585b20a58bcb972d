import CLibgit2
import Glibc

/// Object names cross the overlay as 40 lower-case hexadecimal digits.
enum Identifier {
    /// libgit2's form of 40 hexadecimal digits.
    static func parse(_ hex: String) throws(GitError) -> git_oid {
        guard hex.utf8.count == Int(GIT_OID_HEXSZ) else {
            throw GitError(
                code: .invalidName, category: .none, call: "git_oid_fromstr", message: "not an object name: \(hex)")
        }
        var id = git_oid()
        try check("git_oid_fromstr", git_oid_fromstr(&id, hex))
        return id
    }

    /// The 40 digits of libgit2's form.
    static func hex(_ id: UnsafePointer<git_oid>) -> String {
        String(unsafeUninitializedCapacity: Int(GIT_OID_HEXSZ)) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { _ = git_oid_fmt($0.baseAddress, id) }
            return Int(GIT_OID_HEXSZ)
        }
    }

    /// The 40 digits of libgit2's form.
    static func hex(_ id: git_oid) -> String { withUnsafePointer(to: id) { hex($0) } }
}

/// The bytes of a text of C, without its null.
func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
}
