/// What a campaign's messages are made from, before it is compiled.
package struct MessageSource: Sendable {
    /// One mailbox; the display name may hold variables.
    package var from: String
    /// One mailbox; the display name may hold variables.
    package var replyTo: String?
    package var subject: String
    package var text: String?
    package var html: String?
    /// The files that the bodies come from, for errors.
    package var textName: String
    package var htmlName: String
    /// Further header fields of free text, in order.
    package var extraHeaders: [(name: String, value: String)]

    package init(
        from: String, replyTo: String? = nil, subject: String, text: String? = nil, html: String? = nil,
        textName: String = "text", htmlName: String = "html", extraHeaders: [(name: String, value: String)] = []
    ) {
        self.from = from
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.textName = textName
        self.htmlName = htmlName
        self.extraHeaders = extraHeaders
    }
}
