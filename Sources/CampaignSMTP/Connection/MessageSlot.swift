/// A message that a connection has begun and not finished.
struct MessageSlot {
    let transaction: SMTPTransaction
    /// As its source wrote it.
    var message: [UInt8]
    /// Of its MAIL where that is written alone: RCPT follows them.
    var parameters = MailParameters()
}
