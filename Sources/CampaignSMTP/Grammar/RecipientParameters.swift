import NIOCore

/// When a server is asked to notify of what became of a message (RFC 3461 §4.1).
package struct NotifyConditions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let success = Self(rawValue: 1 << 0)
    package static let failure = Self(rawValue: 1 << 1)
    package static let delay = Self(rawValue: 1 << 2)
    /// No condition at all: `NOTIFY=NEVER`.
    package static let never: Self = []
}

/// The parameters of RCPT TO where the server offers DSN (RFC 3461 §4.1, §4.2).
package struct RecipientParameters: Hashable, Sendable {
    /// `NOTIFY=`; nil leaves it out, and then servers notify of failures, and perhaps of delays.
    package var notify: NotifyConditions?
    /// `ORCPT=` with the recipient's own address, so that a notification names it whatever it was forwarded to.
    package var namesOriginalRecipient: Bool
    /// The transaction is an SMTPUTF8 one: UTF-8 may stand in `ORCPT` as it is (RFC 6533 §3).
    package var isSMTPUTF8: Bool

    package init(
        notify: NotifyConditions? = nil, namesOriginalRecipient: Bool = false, isSMTPUTF8: Bool = false
    ) {
        self.notify = notify
        self.namesOriginalRecipient = namesOriginalRecipient
        self.isSMTPUTF8 = isSMTPUTF8
    }

    func encode(for recipient: EnvelopePath, into buffer: inout ByteBuffer) {
        if let notify { encode(notify, into: &buffer) }
        guard namesOriginalRecipient else { return }
        if recipient.needsSMTPUTF8 {
            buffer.writeStaticString(" ORCPT=utf-8;")
            buffer.writeInternationalAddress(recipient.bytes, isSMTPUTF8: isSMTPUTF8)
        } else {
            buffer.writeStaticString(" ORCPT=rfc822;")
            buffer.writeXText(recipient.bytes)
        }
    }

    private func encode(_ notify: NotifyConditions, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(" NOTIFY=")
        guard !notify.isEmpty else {
            buffer.writeStaticString("NEVER")
            return
        }
        var isFirst = true
        func write(_ condition: NotifyConditions, _ keyword: StaticString) {
            guard notify.contains(condition) else { return }
            if !isFirst { buffer.writeStaticString(",") }
            isFirst = false
            buffer.writeStaticString(keyword)
        }
        write(.success, "SUCCESS")
        write(.failure, "FAILURE")
        write(.delay, "DELAY")
    }
}
