import CampaignSMTP
import Testing

@Suite("SMTP client machine: transaction")
struct SMTPClientMachineTransactionTests {
    typealias Actions = SMTPClientMachine.Actions

    private let ok = Reply(code: 250, text: "2.0.0 Ok")
    private let go = Reply(code: 354, text: "go")
    private let unknown = Reply(code: 550, text: "5.1.1 unknown")
    private let noRecipients = Reply(code: 554, text: "5.5.1 no valid recipients")
    private let leaving = Reply(code: 421, text: "4.3.2 shutting down")
    private let plain = MailParameters()

    private func refused(_ stage: TransactionStage, _ reply: Reply) -> TransactionResult {
        .refused(Refusal(stage: stage, reply: reply))
    }

    private func ended(_ result: TransactionResult, _ fault: ConnectionFault) -> Actions {
        Actions(timer: .stop, completion: result, isClosing: true, fault: fault)
    }

    @Test("with PIPELINING: two writes a message, and the next message on the same session")
    func pipelined() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        for _ in 0..<3 {
            #expect(
                machine.submit(.small)
                    == Actions(write: .group(EnvelopeGroup(plain, resetFirst: false)), timer: .start(.mail))
            )
            #expect(machine.replyReceived(ok) == Actions(timer: .start(.recipient)))
            #expect(machine.replyReceived(ok) == Actions(timer: .start(.data)))
            #expect(
                machine.replyReceived(go) == Actions(write: .content(.data, followedBy: nil), timer: .start(.content)))
            #expect(machine.contentWritten() == Actions(timer: .start(.finalReply)))
            #expect(machine.replyReceived(ok) == Actions(timer: .stop, completion: .accepted(ok)))
        }
    }

    @Test("without PIPELINING: step by step")
    func stepwise() {
        var machine = SMTPClientMachine.ready()
        #expect(machine.submit(.small) == Actions(write: .mail(plain), timer: .start(.mail)))
        #expect(machine.replyReceived(ok) == Actions(write: .recipient, timer: .start(.recipient)))
        #expect(machine.replyReceived(ok) == Actions(write: .data, timer: .start(.data)))
        #expect(machine.replyReceived(go) == Actions(write: .content(.data, followedBy: nil), timer: .start(.content)))
        #expect(machine.contentWritten() == Actions(timer: .start(.finalReply)))
        #expect(machine.replyReceived(ok) == Actions(timer: .stop, completion: .accepted(ok)))
    }

    @Test("MAIL carries what is offered and needed, nothing else")
    func parameters() {
        let plainSmall = SMTPClientMachine.Envelope.small
        let eightBit = SMTPClientMachine.Envelope(sizeBytes: 7, contains8BitBytes: true, needsSMTPUTF8: true)
        var all = SMTPClientMachine.ready("8BITMIME", "SMTPUTF8", "SIZE 0")
        let full = MailParameters(sizeBytes: 7, is8BitMIME: true, isSMTPUTF8: true)
        #expect(all.submit(eightBit).write == .mail(full))
        all = .ready("8BITMIME", "SMTPUTF8", "SIZE 0")
        #expect(all.submit(plainSmall).write == .mail(MailParameters(sizeBytes: 100)))
        var none = SMTPClientMachine.ready()
        #expect(
            none.submit(.init(sizeBytes: 7, contains8BitBytes: true, needsSMTPUTF8: false)).write == .mail(plain)
        )
    }

    @Test("what the offer rules out is refused without a write, and the session stays ready")
    func localRefusals() {
        var machine = SMTPClientMachine.ready("SIZE 1000")
        let international = machine.submit(.init(sizeBytes: 7, contains8BitBytes: false, needsSMTPUTF8: true))
        guard case .refused(let refusal) = international.completion else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.stage == .envelope)
        #expect(refusal.reply.enhancedStatusCode == EnhancedStatusCode(5, 6, 7))
        #expect(refusal.classification == .recipientPermanent(.other))
        #expect(international == Actions(completion: .refused(refusal)))

        let large = machine.submit(.init(sizeBytes: 1001, contains8BitBytes: false, needsSMTPUTF8: false))
        guard case .refused(let sizeRefusal) = large.completion else {
            Issue.record("not refused")
            return
        }
        #expect(sizeRefusal.reply.enhancedStatusCode == EnhancedStatusCode(5, 3, 4))
        #expect(sizeRefusal.classification == .messageRefused)
        #expect(machine.isReady)
        #expect(machine.submit(.init(sizeBytes: 1000, contains8BitBytes: false, needsSMTPUTF8: false)).write != nil)
    }

    @Test("group, recipient refused, DATA refused: the refusal, and RSET rides before the next MAIL")
    func groupRecipientRefused() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        _ = machine.submit(.small)
        _ = machine.replyReceived(ok)
        #expect(machine.replyReceived(unknown) == Actions(timer: .start(.data)))
        let result = refused(.recipient, unknown)
        #expect(machine.replyReceived(noRecipients) == Actions(timer: .stop, completion: result))
        #expect(
            machine.submit(.small)
                == Actions(write: .group(EnvelopeGroup(plain, resetFirst: true)), timer: .start(.reset)))
        #expect(machine.replyReceived(ok) == Actions(timer: .start(.mail)))
        #expect(machine.replyReceived(ok) == Actions(timer: .start(.recipient)))
    }

    @Test("group, recipient refused, 354 all the same: an empty message ends it, whatever is said to that")
    func groupEmptyMessage() {
        for last in [ok, noRecipients, leaving] {
            var machine = SMTPClientMachine.ready("PIPELINING")
            _ = machine.submit(.small)
            _ = machine.replyReceived(ok)
            _ = machine.replyReceived(unknown)
            #expect(machine.replyReceived(go) == Actions(write: .emptyContent, timer: .start(.finalReply)))
            let result = refused(.recipient, unknown)
            let expected =
                last.code == 421
                ? ended(result, .sessionRefused(.recipient, leaving)) : Actions(timer: .stop, completion: result)
            #expect(machine.replyReceived(last) == expected)
            if last.code != 421 {
                #expect(machine.submit(.small).write == .group(EnvelopeGroup(plain, resetFirst: false)))
            }
        }
    }

    @Test("LMTP, recipient refused, 354 all the same: closed, for an empty message would get no reply")
    func lmtpEmptyMessage() {
        var machine = SMTPClientMachine.ready("PIPELINING", verb: .lhlo)
        _ = machine.submit(.small)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(unknown)
        #expect(machine.replyReceived(go) == ended(refused(.recipient, unknown), .unexpectedReply(.data, go)))
    }

    @Test("group, MAIL refused: the first refusal counts, no RSET is needed")
    func groupMailRefused() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        _ = machine.submit(.small)
        let policy = Reply(code: 550, text: "5.7.1 no")
        let sequence = Reply(code: 503, text: "need MAIL")
        #expect(machine.replyReceived(policy) == Actions(timer: .start(.recipient)))
        #expect(machine.replyReceived(sequence) == Actions(timer: .start(.data)))
        #expect(machine.replyReceived(sequence) == Actions(timer: .stop, completion: refused(.mail, policy)))
        #expect(machine.submit(.small).write == .group(EnvelopeGroup(plain, resetFirst: false)))
    }

    @Test(
        "group, MAIL refused but the recipient taken: closed, for an empty message could be delivered; nobody is refused"
    )
    func groupRecipientWithoutSender() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        _ = machine.submit(.small)
        _ = machine.replyReceived(unknown)
        let fault = ConnectionFault.unexpectedReply(.recipient, ok)
        #expect(machine.replyReceived(ok) == ended(.notSent(fault), fault))
    }

    @Test("step by step, a refusal ends the transaction at once; RSET is sent first if one is open")
    func stepwiseRefusals() {
        for (accepted, stage, needsReset) in [(0, .mail, false), (1, .recipient, true), (2, .data, true)]
            as [(Int, TransactionStage, Bool)]
        {
            var machine = SMTPClientMachine.ready()
            _ = machine.submit(.small)
            for _ in 0..<accepted { _ = machine.replyReceived(ok) }
            #expect(machine.replyReceived(unknown) == Actions(timer: .stop, completion: refused(stage, unknown)))
            let next = machine.submit(.small)
            #expect(next.write == (needsReset ? .reset : .mail(plain)))
            if needsReset {
                #expect(machine.replyReceived(ok) == Actions(write: .mail(plain), timer: .start(.mail)))
            }
        }
    }

    @Test("RSET refused: the message is not sent, the session is over")
    func resetRefused() {
        var machine = SMTPClientMachine.ready()
        _ = machine.submit(.small)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(unknown)
        _ = machine.submit(.small)
        let fault = ConnectionFault.unexpectedReply(.reset, unknown)
        #expect(machine.replyReceived(unknown) == ended(.notSent(fault), fault))
    }

    @Test("the final dot refused: nothing is open, the session goes on")
    func finalReplyRefused() {
        var machine = SMTPClientMachine.ready()
        _ = machine.submit(.small)
        for reply in [ok, ok, go] { _ = machine.replyReceived(reply) }
        _ = machine.contentWritten()
        #expect(machine.replyReceived(unknown) == Actions(timer: .stop, completion: refused(.finalReply, unknown)))
        #expect(machine.submit(.small).write == .mail(plain))
    }

    @Test("421 at any stage is the endpoint's trouble and ends the session", arguments: [true, false])
    func leaves(_ isPipelined: Bool) {
        let stages: [TransactionStage] = [.mail, .recipient, .data, .content, .finalReply]
        for (index, stage) in stages.enumerated() {
            var machine = isPipelined ? SMTPClientMachine.ready("PIPELINING") : .ready()
            advance(&machine, to: index)
            let result = refused(stage, leaving)
            guard case .refused(let refusal) = result else { return }
            #expect(refusal.classification == .endpointTrouble)
            #expect(machine.replyReceived(leaving) == ended(result, .sessionRefused(stage, leaving)))
        }
    }

    @Test("a fault before the terminator: not sent; after it: in doubt", arguments: [true, false])
    func faults(_ isPipelined: Bool) {
        let stages: [TransactionStage] = [.mail, .recipient, .data, .content, .finalReply]
        let malformed = ReplyError.malformed(excerpt: "?")
        for (index, stage) in stages.enumerated() {
            func machine() -> SMTPClientMachine {
                var machine = isPipelined ? SMTPClientMachine.ready("PIPELINING") : .ready()
                advance(&machine, to: index)
                return machine
            }
            func expected(_ fault: ConnectionFault) -> Actions {
                ended(stage == .finalReply ? .inDoubt(fault) : .notSent(fault), fault)
            }
            var lost = machine()
            #expect(lost.connectionClosed() == expected(.connectionLost(stage, reason: nil)))
            var slow = machine()
            #expect(slow.timedOut() == expected(.timedOut(stage)))
            var garbled = machine()
            #expect(garbled.replyMalformed(malformed) == expected(.malformedReply(stage, malformed)))
            var aborted = machine()
            #expect(aborted.abort() == expected(.closedLocally))
            // 354 fits nowhere but at DATA, where 250 does not.
            let odd = stage == .data ? ok : go
            var confused = machine()
            #expect(confused.replyReceived(odd) == expected(.unexpectedReply(stage, odd)))
        }
    }

    @Test("a fault after a refusal in the group leaves the refusal standing")
    func faultAfterRefusal() {
        for replies in [[unknown], [ok, unknown], [ok, unknown, go]] {
            var machine = SMTPClientMachine.ready("PIPELINING")
            _ = machine.submit(.small)
            for reply in replies { _ = machine.replyReceived(reply) }
            let stage: TransactionStage = replies.count == 1 ? .mail : .recipient
            #expect(machine.connectionClosed().completion == refused(stage, unknown))
        }
    }

    @Test("2xx before the terminator is handed over takes nothing; 5xx refuses, and the session cannot go on")
    func replyDuringContent() {
        var early = SMTPClientMachine.ready()
        advance(&early, to: 3)
        let fault = ConnectionFault.unexpectedReply(.content, ok)
        #expect(early.replyReceived(ok) == ended(.notSent(fault), fault))
        var refusing = SMTPClientMachine.ready()
        advance(&refusing, to: 3)
        let expected = ended(refused(.content, unknown), .sessionRefused(.content, unknown))
        #expect(refusing.replyReceived(unknown) == expected)
    }

    @Test("every sequence of replies and events completes each transaction at most once, accepted only after its dot")
    func exhaustive() {
        for ready in [SMTPClientMachine.ready("PIPELINING"), .ready()] {
            for number in 0..<(6 * 6 * 6 * 6 * 6 * 6) where !isLawful(ready, number) {
                Issue.record("inputs \(number), pipelining: \(ready.capabilities)")
                return
            }
        }
    }

    /// Plays six inputs, the digits of `number` in base 6: 0…3 replies, 4 content written, 5 connection lost.
    private func isLawful(_ ready: SMTPClientMachine, _ number: Int) -> Bool {
        let replies = [ok, go, unknown, leaving]
        var machine = ready
        var completionCount = 0
        var isContentWritten = false
        var number = number
        _ = machine.submit(.small)
        for _ in 0..<6 {
            let input = number % 6
            number /= 6
            let stage = machine.stage
            let actions =
                switch input {
                case 4: machine.contentWritten()
                case 5: machine.connectionClosed()
                default: machine.replyReceived(replies[input])
                }
            if input == 4, stage == .content { isContentWritten = true }
            if actions.isClosing, !machine.isClosed { return false }
            guard let result = actions.completion else { continue }
            completionCount += 1
            switch result {
            case .accepted, .inDoubt: if !isContentWritten { return false }
            case .notSent: if isContentWritten { return false }
            case .refused, .discarded: break
            }
        }
        return completionCount <= 1
    }

    /// Submits and goes on to the stage with this place in mail, recipient, data, content, final reply.
    private func advance(_ machine: inout SMTPClientMachine, to place: Int) {
        _ = machine.submit(.small)
        for reply in [ok, ok, go].prefix(place) { _ = machine.replyReceived(reply) }
        if place > 3 { _ = machine.contentWritten() }
    }
}
