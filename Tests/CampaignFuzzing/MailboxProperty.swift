import CampaignMail

/// A sender is refused, or is an address and a name that can be written and read again.
enum MailboxProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let text = String(decoding: input, as: UTF8.self)
        let mailbox: Mailbox
        do throws(MailboxError) {
            mailbox = try Mailbox(parsing: text)
        } catch {
            try require(!error.description.isEmpty, "refused without a reason")
            return
        }
        try require(mailbox.address.utf8.allSatisfy { $0 > 0x1F && $0 < 0x7F }, "the address \(mailbox.address)")
        try require((3...254).contains(mailbox.address.utf8.count), "the address \(mailbox.address)")
        try require(!mailbox.domain.isEmpty && mailbox.address.hasSuffix("@" + mailbox.domain), "no domain")
        var written = "<\(mailbox.address)>"
        if let name = mailbox.displayName {
            var quoted = ""
            for scalar in name.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { quoted += "\\" }
                quoted.unicodeScalars.append(scalar)
            }
            written = "\"\(quoted)\" " + written
        }
        let again = try always("“\(written)” is no mailbox") { try Mailbox(parsing: written) }
        try require(again.address == mailbox.address, "another address from “\(written)”")
        try require(
            again.displayName.map { Array($0.utf8) } == mailbox.displayName.map { Array($0.utf8) },
            "another name from “\(written)”")
    }
}
