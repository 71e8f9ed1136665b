/// How a connection presents itself and how long it waits.
package struct SMTPConnectionConfiguration: Hashable, Sendable {
    /// This client's name in EHLO.
    package var greetingName: GreetingName
    package var greetingVerb: GreetingVerb
    package var timeouts: SMTPTimeouts
    package var terms: TransactionTerms

    package init(
        greetingName: GreetingName,
        greetingVerb: GreetingVerb = .ehlo,
        timeouts: SMTPTimeouts = SMTPTimeouts(),
        terms: TransactionTerms = TransactionTerms()
    ) {
        self.greetingName = greetingName
        self.greetingVerb = greetingVerb
        self.timeouts = timeouts
        self.terms = terms
    }
}
