import CLibgit2

/// What libgit2 calls back during one call over the network.
///
/// Made and kept alive by the overlay function for the length of that call; C sees it unretained.
final class RemoteContext {
    private let options: RemoteOptions
    private var hasShownCredential = false
    /// What a callback of ours refused, which is the true error of the call.
    private(set) var refusal: GitError?

    init(_ options: RemoteOptions) { self.options = options }

    /// Registers the callbacks with this context as their payload.
    func install(in callbacks: inout git_remote_callbacks) {
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.credentials = { result, _, user, allowed, payload in
            RemoteContext.of(payload).showCredential(result, user: user, allowed: allowed)
        }
        callbacks.certificate_check = { certificate, isValid, host, payload in
            RemoteContext.of(payload).checkCertificate(certificate, isValid: isValid != 0, host: host)
        }
        callbacks.sideband_progress = { _, _, payload in RemoteContext.of(payload).note(received: 0) }
        callbacks.transfer_progress = { progress, payload in
            RemoteContext.of(payload).note(received: progress?.pointee.received_bytes ?? 0)
        }
    }

    private static func of(_ payload: UnsafeMutableRawPointer?) -> RemoteContext {
        guard let payload else { preconditionFailure("libgit2 lost the payload of its callbacks") }
        return Unmanaged<RemoteContext>.fromOpaque(payload).takeUnretainedValue()
    }

    private func showCredential(
        _ result: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, user: UnsafePointer<CChar>?,
        allowed: UInt32
    ) -> Int32 {
        func allows(_ kind: git_credential_t) -> Bool { allowed & kind.rawValue != 0 }
        if case .sshKey(let name, _, _, _) = options.credential, allows(GIT_CREDENTIAL_USERNAME) {
            return git_credential_username_new(result, name)
        }
        if hasShownCredential {
            // libgit2 asks again when the first answer was refused, and would go on for ever.
            return refuse(.unauthorised, .network, "git_credential_acquire_cb", "the credential was refused")
        }
        hasShownCredential = true
        switch options.credential {
        case .none:
            return refuse(.unauthorised, .network, "git_credential_acquire_cb", "the remote asks for a credential")
        case .password(let name, let password):
            guard allows(GIT_CREDENTIAL_USERPASS_PLAINTEXT) else { return refuseKind() }
            return git_credential_userpass_plaintext_new(result, name, password)
        case .sshKey(let name, let privateKey, let publicKey, let passphrase):
            guard allows(GIT_CREDENTIAL_SSH_KEY) || allows(GIT_CREDENTIAL_SSH_MEMORY) else { return refuseKind() }
            let user = user.map { String(cString: $0) } ?? name
            return git_credential_ssh_key_memory_new(result, user, publicKey, privateKey, passphrase)
        }
    }

    private func refuseKind() -> Int32 {
        refuse(
            .unauthorised, .network, "git_credential_acquire_cb",
            "the remote does not accept this kind of credential")
    }

    private func checkCertificate(
        _ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool, host: UnsafePointer<CChar>?
    ) -> Int32 {
        guard let certificate, let host else { return GIT_ECERTIFICATE.rawValue }
        if certificate.pointee.cert_type == GIT_CERT_X509 { return isValid ? 0 : GIT_ECERTIFICATE.rawValue }
        guard certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else { return GIT_ECERTIFICATE.rawValue }
        // git2/cert.h: the common part comes first, and cert_type says what it is the beginning of.
        let key = UnsafeRawPointer(certificate).assumingMemoryBound(to: git_cert_hostkey.self).pointee
        guard key.type.rawValue & GIT_CERT_SSH_RAW.rawValue != 0, let raw = key.hostkey else {
            return GIT_ECERTIFICATE.rawValue
        }
        let blob = Array(UnsafeRawBufferPointer(start: raw, count: key.hostkey_len))
        guard options.hostKeyIsKnown(String(cString: host), blob) else {
            return refuse(.certificate, .ssh, "git_transport_certificate_check_cb", "the host key is not known")
        }
        return 0
    }

    private func note(received: Int) -> Int32 {
        options.onActivity()
        guard received > options.byteLimit else { return 0 }
        return refuse(
            .refusedByUs, .network, "git_indexer_progress_cb", "more than \(options.byteLimit) bytes were sent")
    }

    private func refuse(
        _ code: GitError.Code, _ category: GitError.Category, _ call: String, _ message: String
    ) -> Int32 {
        refusal = GitError(code: code, category: category, call: call, message: message)
        return code.rawValue
    }
}

/// Puts every object that `git_odb_foreach` names into a pack that is being built.
func insertIntoPack(_ id: UnsafePointer<git_oid>?, _ builder: UnsafeMutableRawPointer?) -> Int32 {
    git_packbuilder_insert(builder.map { OpaquePointer($0) }, id, nil)
}
