import CampaignSMTP
import Testing

@Suite("SMTP client machine: two messages, anything may happen")
struct TransactionPipelineFuzzTests {
    private static let replies = [
        Reply(code: 250, text: "ok"), Reply(code: 250, text: "ok"), Reply(code: 354, text: "go"),
        Reply(code: 550, text: "5.1.1 no"), Reply(code: 503, text: "sequence"), Reply(code: 451, text: "later"),
        Reply(code: 421, text: "bye"),
    ]

    /// What a world around the machine knows, and what must hold in it.
    private struct World {
        enum Fate { case begun, handedOver }

        var machine: SMTPClientMachine
        /// Begun and without result, in order; at most two.
        var open: [(number: Int, fate: Fate)] = []
        var begun = 0
        var results = 0
        /// Numbers whose content was written, in order.
        var contents: [Int] = []
        var inDoubt = 0
        var accepted = 0

        mutating func take(_ actions: SMTPClientMachine.Actions) throws(Broken) {
            if let result = actions.completion { try finish(result, at: 0) }
            if let result = actions.nextCompletion { try finish(result, at: actions.completion == nil ? 1 : 0) }
            if case .content = actions.write {
                guard let first = open.first, first.fate == .begun else { throw Broken("content of nobody") }
                if contents.contains(first.number) { throw Broken("content twice") }
                contents.append(first.number)
            }
            if actions.isReadyForContent, open.isEmpty { throw Broken("ready for nobody's content") }
            if actions.isClosing, !open.isEmpty { throw Broken("closed with a message left") }
        }

        mutating func finish(_ result: TransactionResult, at place: Int) throws(Broken) {
            guard place < open.count else { throw Broken("a result too many: \(result)") }
            let message = open.remove(at: place)
            results += 1
            switch result {
            case .accepted:
                accepted += 1
                if message.fate != .handedOver { throw Broken("accepted before its end") }
            case .inDoubt:
                inDoubt += 1
                if message.fate != .handedOver { throw Broken("in doubt before its end") }
            case .notSent, .discarded:
                if message.fate == .handedOver { throw Broken("\(result) after its end") }
            case .refused: break
            }
        }

        mutating func contentWritten() throws(Broken) {
            if machine.stage == .content {
                guard !open.isEmpty else { throw Broken("nobody's content") }
                open[0].fate = .handedOver
            }
            if open.count(where: { $0.fate == .handedOver }) > 1 { throw Broken("two ends without a reply") }
            try take(machine.contentWritten())
        }
    }

    private struct Broken: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }

    @Test(
        "one result each; in doubt only after the end; no content before the final reply to the one before",
        arguments: ["", "PIPELINING", "PIPELINING\nCHUNKING"])
    func invariants(_ extensions: String) throws {
        var accepted = 0
        var inDoubt = 0
        var notSent = 0
        for seed in 0..<6000 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var world = World(machine: .ready(extensions, verb: seed % 5 == 0 ? .lhlo : .ehlo))
            var trace: [UInt64] = []
            do {
                // Mostly sensible, so that it gets deep.
                for _ in 0..<40 where !world.machine.isClosed {
                    let choice = random.next() % 100
                    trace.append(choice)
                    try step(&world, choice, &random)
                }
                try world.take(world.machine.connectionClosed())
            } catch {
                Issue.record("seed \(seed), \(extensions): \(error), steps \(trace)")
                return
            }
            #expect(world.results == world.begun && world.open.isEmpty, "seed \(seed)")
            accepted += world.accepted
            inDoubt += world.inDoubt
            notSent += world.results - world.accepted - world.inDoubt
        }
        #expect(accepted > 1000 && inDoubt > 100 && notSent > 100)
    }

    private func step(_ world: inout World, _ choice: UInt64, _ random: inout SplitMix64) throws(Broken) {
        switch choice {
        case 0..<25:
            guard world.machine.isReady else { return }
            world.begun += 1
            world.open.append((world.begun, .begun))
            try world.take(world.machine.begin(.small, isContentReleased: choice < 8))
        case 25..<38: try world.take(world.machine.releaseContent(choice < 35 ? .first : .next))
        case 38..<55: try world.contentWritten()
        case 55..<85:
            // What the server should say.
            switch world.machine.stage {
            case .idle, .prepared, .content: return
            case .data: try world.take(world.machine.replyReceived(Self.replies[2]))
            default: try world.take(world.machine.replyReceived(Self.replies[0]))
            }
        case 85..<95:
            guard world.machine.stage != .idle, world.machine.stage != .prepared else { return }
            let reply = Self.replies[Int(random.next() % UInt64(Self.replies.count))]
            try world.take(world.machine.replyReceived(reply))
        case 95..<98: try world.take(world.machine.discard(choice == 95 ? .first : .next))
        case 98: if random.next() % 4 == 0 { try world.take(world.machine.timedOut()) }
        default: if random.next() % 4 == 0 { try world.take(world.machine.quit()) }
        }
    }
}
