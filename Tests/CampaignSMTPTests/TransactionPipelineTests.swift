import CampaignSMTP
import Testing

@Suite("SMTP client machine: two messages on the way")
struct TransactionPipelineTests {
    typealias Actions = SMTPClientMachine.Actions

    private let ok = Reply(code: 250, text: "2.0.0 Ok")
    private let go = Reply(code: 354, text: "go")
    private let unknown = Reply(code: 550, text: "5.1.1 unknown")
    private let sequence = Reply(code: 503, text: "5.5.1 nested MAIL")
    private let leaving = Reply(code: 421, text: "4.3.2 shutting down")
    private let plain = MailParameters()
    private let group = EnvelopeGroup(MailParameters())
    private let chunkGroup = EnvelopeGroup(MailParameters(), endsWithData: false)

    private func refused(_ stage: TransactionStage, _ reply: Reply) -> TransactionResult {
        .refused(Refusal(stage: stage, reply: reply))
    }

    /// Ready for the content of its first message.
    private func awaiting(_ extensions: String...) -> SMTPClientMachine {
        var machine = SMTPClientMachine.ready(extensions.joined(separator: "\n"))
        _ = machine.begin(.small)
        for reply in extensions.contains("CHUNKING") ? [ok, ok] : [ok, ok, go] { _ = machine.replyReceived(reply) }
        return machine
    }

    @Test("the content waits until it is released, and then takes the next envelope along in its write")
    func twoSteps() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        #expect(machine.begin(.small) == Actions(write: .group(group), timer: .start(.mail)))
        #expect(machine.isReady)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(ok)
        #expect(machine.replyReceived(go) == Actions(timer: .stop, isReadyForContent: true))
        #expect(machine.stage == .prepared)
        for _ in 0..<3 {
            // Begun behind a message whose content has not left: nothing is written yet.
            #expect(machine.begin(.small) == Actions())
            #expect(!machine.isReady)
            let content = SMTPClientMachine.Write.content(.data, followedBy: group)
            #expect(machine.releaseContent() == Actions(write: content, timer: .start(.content)))
            #expect(machine.contentWritten() == Actions(timer: .start(.finalReply)))
            #expect(machine.replyReceived(ok) == Actions(timer: .start(.mail), completion: .accepted(ok)))
            #expect(machine.isReady)
            #expect(machine.replyReceived(ok) == Actions(timer: .start(.recipient)))
            #expect(machine.replyReceived(ok) == Actions(timer: .start(.data)))
            #expect(machine.replyReceived(go) == Actions(timer: .stop, isReadyForContent: true))
        }
    }

    @Test("a message begun while the other waits for its final reply is written at once")
    func lateNext() {
        var machine = awaiting("PIPELINING")
        _ = machine.releaseContent()
        // Still being handed over: its envelope must not get in front of the content's end.
        #expect(machine.begin(.small) == Actions())
        #expect(machine.contentWritten() == Actions(write: .groupOfNext(group), timer: .start(.finalReply)))
        #expect(machine.replyReceived(ok) == Actions(timer: .start(.mail), completion: .accepted(ok)))

        var later = awaiting("PIPELINING")
        _ = later.releaseContent()
        _ = later.contentWritten()
        #expect(later.begin(.small) == Actions(write: .groupOfNext(group)))
    }

    @Test("with CHUNKING: no DATA, no 354, one round trip a message")
    func chunked() {
        var machine = SMTPClientMachine.ready("PIPELINING", "CHUNKING")
        #expect(machine.begin(.small) == Actions(write: .group(chunkGroup), timer: .start(.mail)))
        _ = machine.replyReceived(ok)
        #expect(machine.replyReceived(ok) == Actions(timer: .stop, isReadyForContent: true))
        _ = machine.begin(.small)
        let content = SMTPClientMachine.Write.content(.lastChunk, followedBy: chunkGroup)
        #expect(machine.releaseContent() == Actions(write: content, timer: .start(.content)))
        _ = machine.contentWritten()
        #expect(machine.replyReceived(ok) == Actions(timer: .start(.mail), completion: .accepted(ok)))
        _ = machine.replyReceived(ok)
        #expect(machine.replyReceived(ok).isReadyForContent)
    }

    @Test("CHUNKING without PIPELINING is left alone, and so is what the terms rule out")
    func notChunked() {
        var lone = SMTPClientMachine.ready("CHUNKING")
        #expect(lone.begin(.small).write == .mail(plain))
        let noChunking = TransactionTerms(unusedExtensions: .chunking)
        var data = SMTPClientMachine.ready("PIPELINING", "CHUNKING", terms: noChunking)
        #expect(data.begin(.small).write == .group(group))
        let nothing = TransactionTerms(unusedExtensions: [.pipelining, .chunking])
        var steps = SMTPClientMachine.ready("PIPELINING", "CHUNKING", terms: nothing)
        #expect(steps.begin(.small).write == .mail(plain))
        #expect(steps.capabilities.extensions.contains(.chunking))
    }

    @Test("without PIPELINING the next message's commands wait for the final reply")
    func stepwise() {
        var machine = SMTPClientMachine.ready()
        _ = machine.begin(.small)
        _ = machine.begin(.small)
        for reply in [ok, ok, go] { _ = machine.replyReceived(reply) }
        #expect(machine.releaseContent().write == .content(.data, followedBy: nil))
        _ = machine.contentWritten()
        let next = Actions(write: .mail(plain), timer: .start(.mail), completion: .accepted(ok))
        #expect(machine.replyReceived(ok) == next)
    }

    @Test("a refused envelope makes room: RSET goes before the envelope that waited behind it")
    func refusedBeforeNext() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        _ = machine.begin(.small)
        _ = machine.begin(.small)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(unknown)
        let resetFirst = EnvelopeGroup(plain, resetFirst: true)
        let expected = Actions(
            write: .group(resetFirst), timer: .start(.reset), completion: refused(.recipient, unknown))
        #expect(machine.replyReceived(sequence) == expected)
        for _ in 0..<3 { _ = machine.replyReceived(ok) }
        #expect(machine.replyReceived(go).isReadyForContent)
    }

    @Test("354 after a refused recipient with the next message behind: the empty message first, then the next envelope")
    func emptyMessageBeforeNext() {
        var machine = SMTPClientMachine.ready("PIPELINING")
        _ = machine.begin(.small)
        _ = machine.begin(.small)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(unknown)
        #expect(machine.replyReceived(go) == Actions(write: .emptyContent, timer: .start(.finalReply)))
        let expected = Actions(write: .group(group), timer: .start(.mail), completion: refused(.recipient, unknown))
        #expect(machine.replyReceived(sequence) == expected)
    }

    @Test("LMTP, 354 after a refused recipient: closed, and the next message was not sent")
    func lmtp() {
        var machine = SMTPClientMachine.ready("PIPELINING", verb: .lhlo)
        _ = machine.begin(.small)
        _ = machine.begin(.small)
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(unknown)
        let fault = ConnectionFault.unexpectedReply(.data, go)
        let expected = Actions(
            timer: .stop, completion: refused(.recipient, unknown), nextCompletion: .notSent(fault), isClosing: true,
            fault: fault)
        #expect(machine.replyReceived(go) == expected)
    }

    @Test(
        "BDAT refused: the next envelope counts; where its MAIL finds the old transaction open, it is tried after RSET")
    func chunkRefused() {
        for mailReply in [ok, sequence] {
            var machine = awaiting("PIPELINING", "CHUNKING")
            _ = machine.begin(.small)
            _ = machine.releaseContent()
            _ = machine.contentWritten()
            let expected = Actions(timer: .start(.mail), completion: refused(.finalReply, unknown))
            #expect(machine.replyReceived(unknown) == expected)
            _ = machine.replyReceived(mailReply)
            let recipient = machine.replyReceived(ok)
            if mailReply == ok {
                #expect(recipient.isReadyForContent)
            } else {
                let again = EnvelopeGroup(plain, resetFirst: true, endsWithData: false)
                #expect(recipient == Actions(write: .group(again), timer: .start(.reset)))
                for _ in 0..<2 { _ = machine.replyReceived(ok) }
                #expect(machine.replyReceived(ok).isReadyForContent)
            }
        }
    }

    @Test("BDAT refused with nothing behind it: RSET before the next message")
    func chunkRefusedAlone() {
        var machine = awaiting("PIPELINING", "CHUNKING")
        _ = machine.releaseContent()
        _ = machine.contentWritten()
        _ = machine.replyReceived(unknown)
        #expect(machine.begin(.small).write == .group(EnvelopeGroup(plain, resetFirst: true, endsWithData: false)))
    }

    @Test("503 to the MAIL of a message behind an accepted one is a refusal, not asked again")
    func sequenceAfterAccepted() {
        var machine = awaiting("PIPELINING", "CHUNKING")
        _ = machine.begin(.small)
        _ = machine.releaseContent()
        _ = machine.contentWritten()
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(sequence)
        #expect(machine.replyReceived(sequence).completion == refused(.mail, sequence))
    }

    @Test("421 as final reply: the endpoint's trouble, and the next message was not sent")
    func leaves() {
        for extensions in ["PIPELINING", "PIPELINING\nCHUNKING"] {
            var machine = SMTPClientMachine.ready(extensions)
            _ = machine.begin(.small, isContentReleased: true)
            _ = machine.begin(.small)
            while machine.stage != .content { _ = machine.replyReceived(machine.stage == .data ? go : ok) }
            _ = machine.contentWritten()
            let fault = ConnectionFault.sessionRefused(.finalReply, leaving)
            let expected = Actions(
                timer: .stop, completion: refused(.finalReply, leaving), nextCompletion: .notSent(fault),
                isClosing: true, fault: fault)
            #expect(machine.replyReceived(leaving) == expected)
        }
    }

    @Test("lost at every step, with a next message: each of the two as its own step demands")
    func lost() {
        for extensions in ["", "PIPELINING", "PIPELINING\nCHUNKING"] {
            let envelope: [TransactionStage] =
                extensions.contains("CHUNKING") ? [.mail, .recipient] : [.mail, .recipient, .data]
            for stage in envelope + [.prepared, .content, .finalReply] {
                var machine = SMTPClientMachine.ready(extensions)
                _ = machine.begin(.small)
                _ = machine.begin(.small)
                while machine.stage != stage {
                    switch machine.stage {
                    case .prepared: _ = machine.releaseContent()
                    case .content: _ = machine.contentWritten()
                    case .data: _ = machine.replyReceived(go)
                    default: _ = machine.replyReceived(ok)
                    }
                }
                let fault = ConnectionFault.connectionLost(stage, reason: nil)
                let actions = machine.connectionClosed()
                #expect(actions.completion == (stage == .finalReply ? .inDoubt(fault) : .notSent(fault)), "\(stage)")
                #expect(actions.nextCompletion == .notSent(fault), "\(stage)")
            }
        }
    }

    @Test("lost after the first has its final reply: only the second is concerned")
    func lostLater() {
        var machine = awaiting("PIPELINING")
        _ = machine.begin(.small)
        _ = machine.releaseContent()
        _ = machine.contentWritten()
        _ = machine.replyReceived(ok)
        let fault = ConnectionFault.connectionLost(.mail, reason: nil)
        let expected = Actions(timer: .stop, completion: .notSent(fault), isClosing: true, fault: fault)
        #expect(machine.connectionClosed() == expected)
    }

    @Test("a server that speaks while it should wait for content ends the session, and has not got the message")
    func impatient() {
        for (reply, fault) in [
            (leaving, ConnectionFault.sessionRefused(.prepared, leaving)), (ok, .unexpectedReply(.prepared, ok)),
        ] {
            var machine = awaiting("PIPELINING")
            let expected = Actions(timer: .stop, completion: .notSent(fault), isClosing: true, fault: fault)
            #expect(machine.replyReceived(reply) == expected)
        }
        var patient = awaiting("PIPELINING")
        #expect(patient.timedOut() == Actions())
    }

    @Test("discarded before 354: the session goes on, after RSET; after 354: closed without an end")
    func discarded() {
        var data = awaiting("PIPELINING")
        let closed = Actions(timer: .stop, completion: .discarded, isClosing: true, fault: .closedLocally)
        #expect(data.discard(.first) == closed)

        var early = SMTPClientMachine.ready("PIPELINING")
        _ = early.begin(.small)
        #expect(early.discard(.first) == Actions())
        for _ in 0..<2 { _ = early.replyReceived(ok) }
        #expect(early.replyReceived(go) == closed)

        var steps = SMTPClientMachine.ready()
        _ = steps.begin(.small)
        _ = steps.discard(.first)
        #expect(steps.replyReceived(ok) == Actions(timer: .stop, completion: .discarded))
        #expect(steps.begin(.small).write == .reset)

        var chunked = awaiting("PIPELINING", "CHUNKING")
        #expect(chunked.discard(.first) == Actions(timer: .stop, completion: .discarded))
        #expect(chunked.begin(.small).write == .group(EnvelopeGroup(plain, resetFirst: true, endsWithData: false)))
    }

    @Test("the next message is discarded: unwritten it was never there, written it ends with its replies")
    func discardedNext() {
        var held = awaiting("PIPELINING")
        _ = held.begin(.small)
        #expect(held.discard(.next) == Actions(nextCompletion: .discarded))
        #expect(held.releaseContent().write == .content(.data, followedBy: nil))

        var written = awaiting("PIPELINING", "CHUNKING")
        _ = written.begin(.small)
        _ = written.releaseContent()
        _ = written.contentWritten()
        #expect(written.discard(.next) == Actions())
        _ = written.replyReceived(ok)
        _ = written.replyReceived(ok)
        #expect(written.replyReceived(ok) == Actions(timer: .stop, completion: .discarded))
    }

    @Test("content that was released cannot be discarded")
    func tooLate() {
        var machine = awaiting("PIPELINING")
        _ = machine.releaseContent()
        #expect(machine.discard(.first) == Actions())
        _ = machine.contentWritten()
        #expect(machine.discard(.first) == Actions())
        #expect(machine.replyReceived(ok).completion == .accepted(ok))
    }

    @Test("QUIT waits for both messages")
    func quit() {
        var machine = awaiting("PIPELINING", "CHUNKING")
        _ = machine.begin(.small, isContentReleased: true)
        #expect(machine.quit() == Actions())
        #expect(!machine.isReady)
        _ = machine.releaseContent()
        _ = machine.contentWritten()
        _ = machine.replyReceived(ok)
        _ = machine.replyReceived(ok)
        #expect(machine.replyReceived(ok).write == .content(.lastChunk, followedBy: nil))
        _ = machine.contentWritten()
        #expect(machine.replyReceived(ok) == Actions(write: .quit, timer: .start(.quit), completion: .accepted(ok)))
    }

    @Test("REQUIRETLS goes with MAIL where it is offered; a server without it is given nothing")
    func requireTLS() {
        let terms = TransactionTerms(requiresTLS: true)
        var able = SMTPClientMachine.ready("REQUIRETLS", "DSN", terms: terms)
        #expect(able.begin(.small).write == .mail(MailParameters(isDSN: true, isRequireTLS: true)))
        var unable = SMTPClientMachine.ready(terms: terms)
        guard case .refused(let refusal) = unable.begin(.small).completion else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.reply.enhancedStatusCode == EnhancedStatusCode(5, 7, 30))
    }
}
