/// The message of a transaction, and who is told how it goes. All calls are made on the connection's event loop.
///
/// A class, so that a lane can serve message after message without an allocation.
package protocol SMTPMessageSource: AnyObject {
    /// Appends the whole message, header and body, lines ending in CRLF, not dot-stuffed. Called once, before the
    /// first command of the transaction, for MAIL declares the size. `bytes` is empty, with capacity from before.
    ///
    /// Must not call the connection.
    func writeMessage(into bytes: inout [UInt8])

    /// The server waits for the content, which was not released yet: `SMTPConnection.releaseContent(of:)` lets it go.
    func contentAwaited()

    /// Called just before the write that holds the content's last byte. From here on the server may end up with the
    /// message. Not called for a transaction that is refused earlier.
    func beforeTerminator()

    /// The transaction is over. Called exactly once, never from within `begin`.
    func finished(_ result: TransactionResult)
}

/// One message to one recipient.
package struct SMTPTransaction {
    package var sender: EnvelopePath
    package var recipient: EnvelopePath
    /// What notifications call the message (`ENVID`, RFC 3461 §4.4): up to 100 printable US-ASCII characters, or nil.
    package var envelopeID: String?
    package var source: any SMTPMessageSource

    package init(
        sender: EnvelopePath, recipient: EnvelopePath, envelopeID: String? = nil, source: any SMTPMessageSource
    ) {
        self.sender = sender
        self.recipient = recipient
        self.envelopeID = envelopeID
        self.source = source
    }
}
