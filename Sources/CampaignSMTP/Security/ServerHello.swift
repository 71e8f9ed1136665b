/// Finds the cipher suite in what a server sends first in a handshake (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3): the TLS library
/// keeps it to itself. Looks only; whatever it makes of the bytes, the handshake is not touched.
package struct ServerHello: Hashable, Sendable {
    /// The cipher suite's number, when its bytes have arrived.
    package private(set) var cipherSuite: UInt16?
    private var received: [UInt8] = []
    private var isOver = false

    /// Record header, handshake header, version, random.
    private static let sessionIDOffset = 5 + 4 + 2 + 32
    /// To the cipher suite, behind a session identifier of 32 bytes at most.
    private static let sizeMaxBytes = sessionIDOffset + 1 + 32 + 2

    package init() {}

    package mutating func take(_ bytes: some Collection<UInt8>) {
        guard !isOver else { return }
        received.append(contentsOf: bytes.prefix(Self.sizeMaxBytes - received.count))
        guard received.count > Self.sessionIDOffset else { return }
        // A handshake record, and in it a ServerHello.
        guard received[0] == 22, received[5] == 2 else { return end() }
        let offset = Self.sessionIDOffset + 1 + Int(received[Self.sessionIDOffset])
        guard offset + 2 <= Self.sizeMaxBytes else { return end() }
        guard received.count >= offset + 2 else { return }
        cipherSuite = UInt16(received[offset]) << 8 | UInt16(received[offset + 1])
        end()
    }

    private mutating func end() {
        isOver = true
        received = []
    }

    /// The registered name of a cipher suite that this client may have offered; its number for another.
    package static func name(ofCipherSuite number: UInt16) -> String {
        names[number] ?? "0x" + String(number, radix: 16, uppercase: true)
    }

    private static let names: [UInt16: String] = [
        0x1301: "TLS_AES_128_GCM_SHA256",
        0x1302: "TLS_AES_256_GCM_SHA384",
        0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    ]
}
