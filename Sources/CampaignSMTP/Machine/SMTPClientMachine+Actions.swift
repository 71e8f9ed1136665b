extension SMTPClientMachine {
    /// What is to be written. The executor has the names and addresses; the machine has no need of them.
    package enum Write: Hashable, Sendable {
        case greeting(GreetingVerb)
        /// MAIL, RCPT and DATA in one write (RFC 2920), with RSET before them if an earlier transaction is still open.
        case group(MailParameters, resetFirst: Bool)
        case reset
        case mail(MailParameters)
        case recipient
        case data
        /// The content, dot-stuffed, with its terminator: in one write, so that they arrive or fail as one.
        case content
        /// The terminator alone.
        case emptyContent
        case quit
    }

    package enum Timer: Hashable, Sendable {
        /// Replaces a timer that runs.
        case start(TransactionStage)
        case stop
    }

    /// What to do about an input, in the order of the properties.
    package struct Actions: Hashable, Sendable {
        /// Started before the write: what the write leads to may start the next.
        package var timer: Timer?
        package var write: Write?
        /// The session is open: transactions may be submitted.
        package var isOpened = false
        /// The transaction under way is over.
        package var completion: TransactionResult?
        /// The connection is to be closed, whatever it has not written yet dropped.
        package var isClosing = false
        /// Why the session is over; nil when it ended in good order.
        package var fault: ConnectionFault?

        package init(
            write: Write? = nil,
            timer: Timer? = nil,
            isOpened: Bool = false,
            completion: TransactionResult? = nil,
            isClosing: Bool = false,
            fault: ConnectionFault? = nil
        ) {
            self.write = write
            self.timer = timer
            self.isOpened = isOpened
            self.completion = completion
            self.isClosing = isClosing
            self.fault = fault
        }
    }
}
