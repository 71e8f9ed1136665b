/// A message that a connection has begun and not finished. A class, since it is looked at at every step:
/// a copy of its fields each time would cost more than the step.
final class MessageSlot {
    let sender: EnvelopePath
    let recipient: EnvelopePath
    let envelopeID: String?
    let source: any SMTPMessageSource
    /// As its source wrote it.
    var message: [UInt8]
    /// Of its MAIL where that is written alone: RCPT follows them.
    var parameters = MailParameters()

    init(transaction: SMTPTransaction, message: consuming [UInt8]) {
        sender = transaction.sender
        recipient = transaction.recipient
        envelopeID = transaction.envelopeID
        source = transaction.source
        self.message = message
    }
}
