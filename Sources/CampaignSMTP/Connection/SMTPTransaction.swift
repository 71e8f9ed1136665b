/// Writes the message of a transaction when its turn has come. All calls are made on the connection's event loop.
///
/// A class, so that a lane can serve message after message without an allocation.
package protocol SMTPMessageSource: AnyObject {
    /// Appends the whole message, header and body, lines ending in CRLF, not dot-stuffed. Called once, before the
    /// first command of the transaction, for MAIL declares the size. `bytes` is empty, with capacity from before.
    ///
    /// Must not call the connection.
    func writeMessage(into bytes: inout [UInt8])

    /// Called once the server has asked for the content, just before its first byte is handed to the socket. From
    /// here on the server may end up with the message. Not called for a transaction that is refused earlier.
    func beforeTerminator()
}

extension SMTPMessageSource {
    package func beforeTerminator() {}
}

/// One message to one recipient.
package struct SMTPTransaction {
    package var sender: EnvelopePath
    package var recipient: EnvelopePath
    package var source: any SMTPMessageSource

    package init(sender: EnvelopePath, recipient: EnvelopePath, source: any SMTPMessageSource) {
        self.sender = sender
        self.recipient = recipient
        self.source = source
    }
}
