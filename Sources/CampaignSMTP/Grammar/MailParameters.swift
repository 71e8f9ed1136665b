import NIOCore

/// The parameters of MAIL FROM that the server has offered and the message needs.
package struct MailParameters: Hashable, Sendable {
    /// `SIZE=` in bytes (RFC 1870 §4); nil leaves it out.
    package var sizeBytes: Int?
    /// `BODY=8BITMIME` (RFC 6152).
    package var is8BitMIME: Bool
    /// `SMTPUTF8` (RFC 6531 §3.4).
    package var isSMTPUTF8: Bool
    /// `RET=HDRS`, and `ENVID=` where the message has an identity (RFC 3461 §4.3, §4.4). RCPT then carries `ORCPT=`.
    ///
    /// HDRS because a list's bounces are read by programs: the header and the envelope's identity say all that they need.
    package var isDSN: Bool
    /// `REQUIRETLS` (RFC 8689 §3).
    package var isRequireTLS: Bool

    package init(
        sizeBytes: Int? = nil, is8BitMIME: Bool = false, isSMTPUTF8: Bool = false, isDSN: Bool = false,
        isRequireTLS: Bool = false
    ) {
        self.sizeBytes = sizeBytes
        self.is8BitMIME = is8BitMIME
        self.isSMTPUTF8 = isSMTPUTF8
        self.isDSN = isDSN
        self.isRequireTLS = isRequireTLS
    }

    func encode(envelopeID: String?, into buffer: inout ByteBuffer) {
        if let sizeBytes {
            buffer.writeStaticString(" SIZE=")
            buffer.writeDecimal(sizeBytes)
        }
        if is8BitMIME { buffer.writeStaticString(" BODY=8BITMIME") }
        if isSMTPUTF8 { buffer.writeStaticString(" SMTPUTF8") }
        if isDSN {
            buffer.writeStaticString(" RET=HDRS")
            if let envelopeID, !envelopeID.isEmpty, envelopeID.utf8.count <= Self.envelopeIDLengthMaxBytes {
                buffer.writeStaticString(" ENVID=")
                buffer.writeXText(envelopeID.utf8)
            }
        }
        if isRequireTLS { buffer.writeStaticString(" REQUIRETLS") }
    }

    /// RFC 3461 §4.4.
    private static let envelopeIDLengthMaxBytes = 100
}

extension ByteBuffer {
    /// Appends a number of 0 or more in decimal digits, without making a string of it.
    mutating func writeDecimal(_ number: Int) {
        // From the last digit on, eight to a word: two words hold more digits than any size has.
        var rest = UInt64(truncatingIfNeeded: number)
        var digits: UInt64 = 0
        var count = 0
        repeat {
            digits = digits << 8 | (rest % 10 &+ 0x30)
            rest /= 10
            count += 1
        } while rest > 0 && count < 8
        if rest > 0 { writeDecimal(Int(truncatingIfNeeded: rest)) }
        for _ in 0..<count {
            writeInteger(UInt8(truncatingIfNeeded: digits))
            digits >>= 8
        }
    }
}
