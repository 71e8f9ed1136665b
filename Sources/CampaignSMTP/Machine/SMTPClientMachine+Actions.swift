extension SMTPClientMachine {
    /// What is to be written. The executor has the names and addresses; the machine has no need of them.
    ///
    /// All of it is the first message's but what says that it is of the next.
    package enum Write: Hashable, Sendable {
        case greeting(GreetingVerb)
        case startTLS
        /// AUTH, or the answer to a challenge: a line without its CRLF.
        case authentication(Secret)
        case group(EnvelopeGroup)
        /// The next message's envelope, while the first waits for its final reply.
        case groupOfNext(EnvelopeGroup)
        case reset
        case mail(MailParameters)
        case recipient
        case data
        /// The content, whole: in one write, so that its end arrives or fails as one. The next message's envelope goes out
        /// behind it, in the same system call but never counted as part of it.
        case content(ContentTransfer, followedBy: EnvelopeGroup?)
        /// The terminator alone.
        case emptyContent
        case quit
    }

    package enum Timer: Hashable, Sendable {
        /// Replaces a timer that runs.
        case start(TransactionStage)
        case stop
    }

    /// What to do about an input, in the order of the properties; a completion takes its message out of the way first.
    package struct Actions: Hashable, Sendable {
        /// Started before the write: what the write leads to may start the next.
        package var timer: Timer?
        package var write: Write?
        /// The TLS handshake is to be begun: `secured` or `handshakeFailed` tells how it went.
        package var startsTLS = false
        /// The session is open: transactions may be begun.
        package var isOpened = false
        /// The first message is over; the one behind it, if any, is the first from now on.
        package var completion: TransactionResult?
        /// The message behind the first is over.
        package var nextCompletion: TransactionResult?
        /// The server waits for the content of the message that is now the first.
        package var isReadyForContent = false
        /// The connection is to be closed, whatever it has not written yet dropped.
        package var isClosing = false
        /// Why the session is over; nil when it ended in good order.
        package var fault: ConnectionFault?

        package init(
            write: Write? = nil,
            timer: Timer? = nil,
            startsTLS: Bool = false,
            isOpened: Bool = false,
            completion: TransactionResult? = nil,
            nextCompletion: TransactionResult? = nil,
            isReadyForContent: Bool = false,
            isClosing: Bool = false,
            fault: ConnectionFault? = nil
        ) {
            self.write = write
            self.timer = timer
            self.startsTLS = startsTLS
            self.isOpened = isOpened
            self.completion = completion
            self.nextCompletion = nextCompletion
            self.isReadyForContent = isReadyForContent
            self.isClosing = isClosing
            self.fault = fault
        }
    }
}

/// MAIL and RCPT in one write (RFC 2920).
package struct EnvelopeGroup: Hashable, Sendable {
    package var parameters: MailParameters
    /// An earlier transaction is still open: RSET comes first.
    package var resetFirst: Bool
    /// DATA ends the group. Not with CHUNKING, where the content needs no leave.
    package var endsWithData: Bool

    package init(_ parameters: MailParameters, resetFirst: Bool = false, endsWithData: Bool = true) {
        self.parameters = parameters
        self.resetFirst = resetFirst
        self.endsWithData = endsWithData
    }
}

/// How content crosses.
package enum ContentTransfer: Hashable, Sendable {
    /// Dot-stuffed, with its terminator, after 354 (RFC 5321 §4.1.1.4).
    case data
    /// As it is, behind `BDAT n LAST` (RFC 3030 §2).
    case lastChunk
}
