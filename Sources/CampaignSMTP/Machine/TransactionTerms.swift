/// How transactions are to be made, whatever a server offers.
package struct TransactionTerms: Hashable, Sendable {
    /// Extensions that are left unused although they are offered.
    package var unusedExtensions: Capabilities.Extensions
    /// Every message is marked with REQUIRETLS (RFC 8689): servers pass it on over verified TLS or not at all. A server
    /// that does not offer it is given nothing.
    package var requiresTLS: Bool
    /// `NOTIFY=` for servers that offer DSN; nil leaves it to them.
    package var notify: NotifyConditions?

    package init(
        unusedExtensions: Capabilities.Extensions = [], requiresTLS: Bool = false, notify: NotifyConditions? = nil
    ) {
        self.unusedExtensions = unusedExtensions
        self.requiresTLS = requiresTLS
        self.notify = notify
    }
}

/// Which of a session's two messages.
package enum MessagePlace: Hashable, Sendable {
    /// The one whose replies come next.
    case first
    /// The one behind it.
    case next
}
