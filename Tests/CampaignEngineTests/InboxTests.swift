import CampaignDomain
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import CampaignEngine

/// The log thread's mailbox: when it wakes, and how long it lets a group grow.
@Suite struct InboxTests {
    private let inbox = Inbox()

    private func message(_ ordinal: Ordinal) -> Message { .unrenderable(JobID(1), 0, ordinal, handout: 1, "") }

    /// Takes on a thread of its own, as the log thread does; `body` puts meanwhile.
    private func taken(_ gathering: Gathering?, whileDoing body: @escaping @Sendable () -> Void) async -> Int {
        let inbox = inbox
        return await withCheckedContinuation { continuation in
            let taker = Thread {
                var messages: [Message] = []
                inbox.take(into: &messages, waitMilliseconds: 600_000, gathering: gathering)
                continuation.resume(returning: messages.count)
            }
            taker.start()
            Thread { body() }.start()
        }
    }

    @Test func takesWhatIsThereWithoutWaiting() {
        inbox.put(message(0))
        var messages: [Message] = []
        inbox.take(into: &messages, waitMilliseconds: 600_000)
        #expect(messages.count == 1)
        inbox.take(into: &messages, waitMilliseconds: 0)
        #expect(messages.isEmpty)
    }

    @Test func wakesForTheFirstMessage() async {
        let (inbox, first) = (inbox, message(0))
        #expect(await taken(nil) { inbox.put(first) } == 1)
    }

    @Test func aGroupGrowsUntilThereIsEnough() async {
        let (inbox, messages) = (inbox, (0..<5).map { message($0) })
        let patient = Gathering(enough: 5, patience: .seconds(600))
        let count = await taken(patient) { for message in messages { inbox.put(message) } }
        #expect(count == 5)
    }

    @Test func aGroupThatDoesNotGrowIsTakenAsItIs() async {
        let (inbox, first) = (inbox, message(0))
        #expect(await taken(Gathering(enough: 100, patience: .microseconds(1))) { inbox.put(first) } == 1)
    }

    @Test func aPersonIsNotKeptWaiting() async {
        let inbox = inbox
        let patient = Gathering(enough: 1000, patience: .seconds(600))
        #expect(await taken(patient) { inbox.put(.command { _ in }) } == 1)
    }

    /// A bell that has rung for nobody would make the next wait end at once, with nothing.
    @Test func noWakeUpIsLeftOver() async {
        let (inbox, messages) = (inbox, (0..<200).map { message($0) })
        for round in 0..<200 {
            let first = messages[round]
            // The put races with the end of a wait that is just as short.
            let count = await withCheckedContinuation { continuation in
                Thread {
                    var taken: [Message] = []
                    var count = 0
                    while count == 0 {
                        inbox.take(into: &taken, waitMilliseconds: 1, gathering: Gathering(enough: 2, patience: .zero))
                        count = taken.count
                        taken.removeAll()
                    }
                    continuation.resume(returning: count)
                }.start()
                Thread { inbox.put(first) }.start()
            }
            #expect(count == 1)
        }
        let last = messages[0]
        #expect(await taken(nil) { inbox.put(last) } == 1)
    }
}
