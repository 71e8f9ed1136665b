import CampaignSMTP

extension SMTPConnection {
    /// Sends one message whose content need not wait for anyone. `completion` is called exactly once, never from within
    /// this call.
    func submit(_ transaction: SMTPTransaction, completion: @escaping (TransactionResult) -> Void) {
        var transaction = transaction
        transaction.source = SubmittedMessage(transaction.source, completion)
        begin(transaction, isContentReleased: true)
    }
}

private final class SubmittedMessage: SMTPMessageSource {
    private let message: any SMTPMessageSource
    private let completion: (TransactionResult) -> Void

    init(_ message: any SMTPMessageSource, _ completion: @escaping (TransactionResult) -> Void) {
        self.message = message
        self.completion = completion
    }

    func writeMessage(into bytes: inout [UInt8]) { message.writeMessage(into: &bytes) }
    func contentAwaited() { message.contentAwaited() }
    func beforeTerminator() { message.beforeTerminator() }
    func finished(_ result: TransactionResult) { completion(result) }
}

extension SMTPClientMachine {
    /// Begins a message whose content need not wait for anyone.
    mutating func submit(_ envelope: Envelope) -> Actions { begin(envelope, isContentReleased: true) }
}
