import CampaignMail

/// Hostile templates are refused with a place, or make well-formed messages, the same ones each time.
///
/// The input is a choice, then pieces that end in NUL: subject, text, HTML, sender's name, a header, and the fields.
enum TemplateProperty {
    private static let columns = ["email", "name", "city", "{"]

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let choice = input.byte()
        let subject = input.text()
        let text = input.text()
        let html = input.text()
        let from = choice & 1 == 0 ? "shop@example.com" : input.text() + " <shop@example.com>"
        let headers = choice & 2 == 0 ? [] : [(name: input.text(), value: input.text())]
        let source = MessageSource(
            from: from, subject: subject, text: choice & 4 == 0 ? text : nil, html: choice & 8 == 0 ? nil : html,
            extraHeaders: headers)
        let renderer: MessageRenderer
        do throws(TemplateError) {
            renderer = try MessageRenderer(source, columns: columns, date: 0, messageIDDomain: nil)
        } catch {
            try require(error.line >= 1 && error.column >= 1 && !error.description.isEmpty, "\(error)")
            return
        }
        try require(renderer.variables.allSatisfy(columns.contains), "variables \(renderer.variables)")
        let fields = Fields([Array("ann@example.org".utf8), input.piece(), input.piece(), input.remainder()])
        var message: [UInt8] = []
        var again: [UInt8] = []
        try always("a compiled message does not render") {
            try renderer.render(fields, key: "abcdefghijklmnopqrstuv2345", into: &message)
            try renderer.render(fields, key: "abcdefghijklmnopqrstuv2345", into: &again)
        }
        try require(message == again, "another message the second time")
        try WellFormedMessage(message).check(mayBeUTF8: false)
    }
}
