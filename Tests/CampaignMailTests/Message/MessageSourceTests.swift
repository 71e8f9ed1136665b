import CampaignMail
import Testing

@Suite("Message sources that are refused")
struct MessageSourceTests {
    private func error(
        _ change: (inout MessageSource) -> Void, columns: [String] = ["email", "name"], date: Int64 = testDate,
        domain: String? = nil
    ) -> TemplateError? {
        var source = MessageSource(
            from: "Shop <shop@example.com>", subject: "Hi", text: "x", textName: "message.txt", htmlName: "message.html"
        )
        change(&source)
        do {
            _ = try MessageRenderer(source, columns: columns, date: date, messageIDDomain: domain)
            return nil
        } catch {
            return error
        }
    }

    @Test("a sender that is not one mailbox, or whose address holds a variable")
    func senders() {
        #expect(error { $0.from = "Shop" }?.reason == .invalidMailbox(.malformedAddress("Shop")))
        #expect(error { $0.from = "{{name}}@example.com" }?.reason == .variableInAddress)
        #expect(error { $0.from = "Shop <{{name}}>" }?.reason == .variableInAddress)
        #expect(error { $0.from = "{{nome}} <shop@example.com>" }?.reason == .unknownVariable("nome", nearest: "name"))
        #expect(error { $0.replyTo = "" }?.template == "reply-to")
        #expect(error { $0.replyTo = "Help <help@example.com>" } == nil)
    }

    @Test("no subject, no body, no columns")
    func missing() {
        #expect(error { $0.subject = "" }?.reason == .emptySubject)
        #expect(error { $0.subject = " \n" }?.reason == .emptySubject)
        #expect(error { $0.text = nil }?.reason == .noBody)
        #expect(error({ _ in }, columns: [])?.reason == .noColumns)
    }

    @Test("a template error names the file")
    func files() {
        #expect(
            error { $0.text = "\n{{nam}}" }?.description
                == "message.txt:2:1: unknown variable “nam”; the nearest column is “name”")
        #expect(error { $0.html = "{{#name}}" }?.template == "message.html")
        #expect(error { $0.subject = "{{" }?.template == "subject")
    }

    @Test("a date out of range, a domain that is none")
    func dateAndDomain() {
        #expect(error({ _ in }, date: .max)?.reason == .invalidDate(.max))
        for domain in ["", "a b", "ä.example", "a>b", "a\r\nb", ".", String(repeating: "a", count: 256)] {
            #expect(error({ _ in }, domain: domain)?.reason == .invalidDomain(domain))
        }
    }

    @Test(
        "further header fields that are malformed or not the campaign's to give",
        arguments: [
            "", "X Y", "X:Y", "X\r\nY", "Ä", "from", "Subject", "BCC", "Content-Type", "mime-version", "Message-Id",
            String(repeating: "x", count: 65),
        ])
    func headerNames(name: String) {
        #expect(error { $0.extraHeaders = [(name: name, value: "x")] }?.reason == .invalidHeaderName(name))
    }
}
