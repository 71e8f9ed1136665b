import CampaignSMTP
import Testing

@Suite("What a reply means")
struct ReplyClassificationTests {
    struct Row: Sendable {
        let stages: [TransactionStage]
        let reply: String
        let meaning: ReplyClassification
    }

    static let inTransaction: [TransactionStage] = [.mail, .recipient, .data, .content, .finalReply]
    static let afterMail: [TransactionStage] = [.recipient, .data, .content, .finalReply]
    static let afterRecipient: [TransactionStage] = [.data, .content, .finalReply]
    static let outside: [TransactionStage] = [.connect, .handshake, .greeting, .hello, .idle, .reset, .quit]

    static let rows: [Row] = [
        // Endpoint
        Row(stages: TransactionStage.allCases, reply: "421 4.7.0 Try again later", meaning: .endpointTrouble),
        Row(stages: TransactionStage.allCases, reply: "521 No mail here", meaning: .endpointTrouble),
        Row(stages: outside, reply: "554 5.7.1 No SMTP service here", meaning: .endpointTrouble),
        Row(stages: outside, reply: "450 busy", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "452 4.3.1 Insufficient system storage", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "451 4.4.2 Bad connection", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "454 4.7.0 Throttling failure", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "454 Throttling", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "503 5.5.1 Bad sequence of commands", meaning: .endpointTrouble),
        Row(stages: inTransaction, reply: "502 5.5.1 Not implemented", meaning: .endpointTrouble),
        Row(stages: [.mail], reply: "500 5.5.2 Syntax error", meaning: .endpointTrouble),
        Row(stages: [.mail], reply: "550 5.3.2 System not accepting messages", meaning: .endpointTrouble),
        Row(stages: TransactionStage.allCases, reply: "250 ok", meaning: .endpointTrouble),
        Row(stages: TransactionStage.allCases, reply: "354 go", meaning: .endpointTrouble),
        // Authentication
        Row(stages: TransactionStage.allCases, reply: "535 5.7.8 Bad credentials", meaning: .authentication),
        Row(stages: TransactionStage.allCases, reply: "530 5.7.0 Authentication required", meaning: .authentication),
        Row(stages: TransactionStage.allCases, reply: "534 Mechanism too weak", meaning: .authentication),
        Row(stages: TransactionStage.allCases, reply: "538 Encryption required", meaning: .authentication),
        Row(stages: inTransaction, reply: "550 5.7.8 Bad credentials", meaning: .authentication),
        Row(stages: [.authenticate], reply: "504 5.5.4 Unrecognized mechanism", meaning: .authentication),
        Row(stages: [.authenticate], reply: "500 5.5.6 Line too long", meaning: .authentication),
        Row(stages: [.authenticate], reply: "550 No", meaning: .authentication),
        Row(stages: [.authenticate, .startTLS], reply: "454 4.7.0 Not for now", meaning: .endpointTrouble),
        Row(stages: [.authenticate], reply: "432 4.7.12 Password transition", meaning: .endpointTrouble),
        // Encryption
        Row(stages: [.startTLS], reply: "554 5.7.3 No TLS", meaning: .encryption),
        Row(stages: [.startTLS], reply: "502 5.5.1 Not implemented", meaning: .encryption),
        Row(stages: [.startTLS], reply: "220 go", meaning: .endpointTrouble),
        // Recipient, for now
        Row(stages: inTransaction, reply: "450 4.7.1 Greylisted", meaning: .recipientTemporary),
        Row(stages: inTransaction, reply: "452 4.2.2 Mailbox full", meaning: .recipientTemporary),
        Row(stages: inTransaction, reply: "452 4.5.3 Too many recipients", meaning: .recipientTemporary),
        Row(stages: inTransaction, reply: "451 Local error", meaning: .recipientTemporary),
        Row(stages: inTransaction, reply: "450 5.1.1 Contradictory", meaning: .recipientTemporary),
        // Recipient, for good
        Row(stages: afterMail, reply: "550 5.1.1 No such user", meaning: .recipientPermanent(.unknownAddress)),
        Row(stages: afterMail, reply: "550 5.1.6 Moved", meaning: .recipientPermanent(.unknownAddress)),
        Row(stages: afterMail, reply: "550 5.1.10 Not found", meaning: .recipientPermanent(.unknownAddress)),
        Row(stages: afterMail, reply: "550 4.1.1 Contradictory", meaning: .recipientPermanent(.unknownAddress)),
        Row(stages: afterMail, reply: "552 5.2.2 Over quota", meaning: .recipientPermanent(.mailboxFull)),
        Row(stages: [.recipient], reply: "552 Over quota", meaning: .recipientPermanent(.mailboxFull)),
        Row(stages: afterMail, reply: "550 5.2.1 Disabled", meaning: .recipientPermanent(.other)),
        Row(stages: afterMail, reply: "550 5.1.2 Bad domain", meaning: .recipientPermanent(.other)),
        Row(stages: afterMail, reply: "550 5.4.1 Access denied", meaning: .recipientPermanent(.other)),
        Row(stages: [.recipient], reply: "550 No", meaning: .recipientPermanent(.other)),
        Row(stages: [.recipient], reply: "554 Transaction failed", meaning: .recipientPermanent(.other)),
        Row(stages: [.recipient], reply: "500 Line too long", meaning: .recipientPermanent(.other)),
        Row(stages: [.envelope], reply: "550 5.6.7 Needs SMTPUTF8", meaning: .recipientPermanent(.other)),
        Row(stages: afterMail, reply: "550 5.7.30 REQUIRETLS support required", meaning: .recipientPermanent(.other)),
        // Message
        Row(stages: inTransaction + [.envelope], reply: "552 5.3.4 Too large", meaning: .messageRefused),
        Row(stages: inTransaction, reply: "554 5.6.0 Bad content", meaning: .messageRefused),
        Row(stages: [.mail, .data, .content, .finalReply], reply: "552 Too much", meaning: .messageRefused),
        Row(stages: [.data, .content, .finalReply], reply: "552 5.7.0 Dangerous content", meaning: .messageRefused),
        Row(stages: afterRecipient, reply: "550 No", meaning: .messageRefused),
        Row(stages: afterRecipient, reply: "554 Transaction failed", meaning: .messageRefused),
        Row(stages: afterRecipient, reply: "554 5.0.0 Rejected", meaning: .messageRefused),
        Row(stages: afterRecipient, reply: "550 5.3.0 Rejected", meaning: .messageRefused),
        Row(stages: [.content, .finalReply], reply: "500 Line too long", meaning: .messageRefused),
        // Sender
        Row(stages: inTransaction, reply: "550 5.7.1 Policy", meaning: .senderPolicy),
        Row(stages: inTransaction, reply: "550 5.7.26 Unauthenticated", meaning: .senderPolicy),
        Row(stages: inTransaction, reply: "550 5.7.515 Sender requirements", meaning: .senderPolicy),
        Row(stages: inTransaction, reply: "554 5.7.9 Not accepted for policy reasons", meaning: .senderPolicy),
        Row(stages: inTransaction, reply: "553 5.1.8 Bad sender", meaning: .senderPolicy),
        Row(stages: [.mail], reply: "550 Sender rejected", meaning: .senderPolicy),
        Row(stages: [.mail], reply: "550 5.1.1 Sender unknown", meaning: .senderPolicy),
    ]

    @Test("the table", arguments: rows)
    func table(_ row: Row) throws {
        let code = try #require(UInt16(row.reply.prefix(3)))
        let reply = Reply(code: code, text: String(row.reply.dropFirst(4)))
        for stage in row.stages {
            #expect(ReplyClassification(refusalAt: stage, reply: reply) == row.meaning, "\(stage): \(row.reply)")
        }
    }

    @Test(
        "throttling is told from greylisting, shutting down and bad credentials",
        arguments: [
            ("421 4.7.0 Try again later", true), ("421 Too many connections", true),
            ("421 4.3.2 The maximum number of concurrent connections has exceeded a limit", true),
            ("421 4.3.2 shutting down", false), ("421 4.4.2 mx Error: timeout exceeded", false),
            ("450 4.7.1 You are sending too fast", true), ("451 4.7.650 rate limited", true),
            ("450 4.7.1 Greylisted, see http://example.com", false), ("454 4.7.0 Throttling failure", true),
            ("454 Throttling", true), ("454 4.7.8 Credentials for now", false), ("452 4.3.2 Not now", true),
            ("451 4.4.5 Congestion", true), ("452 4.2.2 Mailbox full", false), ("451 Local error", false),
            ("452 4.3.1 Insufficient system storage", false), ("550 5.7.1 Policy", false), ("250 ok", false),
        ])
    func throttling(_ text: String, _ isThrottling: Bool) throws {
        let reply = Reply(code: try #require(UInt16(text.prefix(3))), text: String(text.dropFirst(4)))
        #expect(ReplyClassification.isThrottling(reply) == isThrottling)
    }

    @Test("4xx never ends a recipient, whatever else the reply says")
    func temporaryStaysTemporary() {
        for code in UInt16(400)...499 {
            for subject in UInt16(0)...8 {
                for detail in [0, 1, 2, 4, 7, 8, 10, 28] as [UInt16] {
                    for stage in TransactionStage.allCases {
                        let reply = Reply(code: code, text: "4.\(subject).\(detail) x")
                        let meaning = ReplyClassification(refusalAt: stage, reply: reply)
                        guard meaning == .recipientTemporary || meaning == .endpointTrouble else {
                            Issue.record("\(stage) \(reply): \(meaning)")
                            return
                        }
                    }
                }
            }
        }
    }
}
