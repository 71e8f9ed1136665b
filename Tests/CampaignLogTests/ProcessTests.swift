import CampaignLog
import Testing

@Suite("A journal and several processes")
struct ProcessTests {
    @Test("keeps everything that was acknowledged when its engine is killed, again and again")
    func killed() throws {
        let scratch = Scratch()
        let directory = scratch.file("journal")
        for round in 1...6 {
            let child = try #require(ChildProcess("commit", directory))
            var acknowledged: UInt64 = 0
            for _ in 0..<(20 * round) {
                let line = try #require(child.line())
                acknowledged = try #require(UInt64(line), "\(line)")
            }
            child.kill()
            #expect(child.wait() == -9)
            child.closeInput()
            while let line = child.line() { acknowledged = UInt64(line) ?? acknowledged }
            #expect(try EngineLock.holder(directory: directory) == nil)
            let store = try LMDBEventStore.open(directory: directory, mode: .engine(.current()))
            #expect(!store.wasHeadRebuilt)
            let head = try store.head
            #expect(head.nextSequence > acknowledged)
            #expect(head.epoch == UInt64(round))
            let report = try LogVerifier.verify(store)
            #expect(report.ok, "\(report)")
            #expect(report.head == head.root)
            try store.close()
        }
    }

    @Test("is followed by a reader while an engine in another process writes it")
    func followed() throws {
        let scratch = Scratch()
        let child = try #require(ChildProcess("commit", scratch.file("journal")))
        #expect(child.line() != nil)
        let store = try LMDBEventStore.open(directory: scratch.file("journal"), mode: .reader)
        var follower = LogFollower(store: store, from: 1)
        var next: UInt64 = 1
        var polls = 0
        while polls < 25 {
            let acknowledged = try #require(child.line().flatMap { UInt64($0) })
            let found = try follower.poll { header, _ in
                #expect(header.firstSequence == next)
                next = header.nextSequence
                return true
            }
            #expect(next > acknowledged)
            if found { polls += 1 }
        }
        #expect(try LogVerifier.verify(store).ok)
        child.kill()
        child.wait()
        child.closeInput()
    }

    @Test("takes requests from another process while an engine writes it")
    func requests() throws {
        let scratch = Scratch()
        let child = try #require(ChildProcess("commit", scratch.file("journal")))
        #expect(child.line() != nil)
        let control = try LMDBEventStore.open(directory: scratch.file("journal"), mode: .control)
        for number in 1...20 {
            _ = try control.commit(
                CommitGroup(puts: [TablePut(table: .control, key: .number(UInt64(number)), value: [1])]))
            #expect(child.line() != nil)
        }
        #expect(try control.lastKey(.control) == .number(20))
        child.kill()
        child.wait()
        child.closeInput()
        #expect(try LogVerifier.verify(control).ok)
    }
}
