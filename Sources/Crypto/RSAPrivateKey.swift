import CCrypto

/// An RSA key that signs, by OpenSSL.
///
/// Holds the key in OpenSSL's memory, which clears it when it is freed.
package struct RSAPrivateKey: ~Copyable {
    private let key: OpaquePointer

    /// The fewest bits of a key that is taken: what RFC 7518, 3.3 demands of RS256.
    private static let minimumBits: Int32 = 2048

    /// Reads a key without a passphrase, as PEM: PKCS #1 ("RSA PRIVATE KEY") or PKCS #8 ("PRIVATE KEY").
    package init(pem: [UInt8]) throws(CryptoError) {
        ERR_clear_error()
        guard let memory = BIO_new_mem_buf(pem, Int32(pem.count)) else {
            throw CryptoError(call: "BIO_new_mem_buf", message: lastError())
        }
        defer { BIO_free(memory) }
        // PEM_read_bio(3): with neither a callback nor a passphrase it would ask on the terminal.
        var passphrase: [CChar] = [0]
        guard let key = PEM_read_bio_PrivateKey(memory, nil, nil, &passphrase) else {
            ERR_clear_error()
            throw CryptoError(
                call: "PEM_read_bio_PrivateKey", message: "it is no private key in PEM without a passphrase")
        }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else {
            EVP_PKEY_free(key)
            throw CryptoError(call: "EVP_PKEY_get_base_id", message: "it is no RSA key")
        }
        guard EVP_PKEY_get_bits(key) >= Self.minimumBits else {
            EVP_PKEY_free(key)
            throw CryptoError(call: "EVP_PKEY_get_bits", message: "it has fewer than \(Self.minimumBits) bits")
        }
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// The signature of a message by RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2): what RS256 means.
    package borrowing func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
        ERR_clear_error()
        guard let context = EVP_MD_CTX_new() else { throw CryptoError(call: "EVP_MD_CTX_new", message: lastError()) }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else {
            throw CryptoError(call: "EVP_DigestSignInit", message: lastError())
        }
        var length = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else {
            throw CryptoError(call: "EVP_DigestSign", message: lastError())
        }
        return Array(signature.prefix(length))
    }
}
