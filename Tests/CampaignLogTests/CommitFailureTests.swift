import Glibc
import Synchronization
import Testing

@testable import CampaignLog

@Suite("A commit that fails")
struct CommitFailureTests {
    private let scratch = Scratch()

    /// A store whose commits fail at the moments that `plan` names, in order; nil lets one pass.
    private func store(failing plan: [LMDBEventStore.CommitMoment?]) throws -> LMDBEventStore {
        let rest = Mutex(plan)
        return try LMDBEventStore.open(
            directory: scratch.file("journal"), mode: .engine(.current())
        ) { (moment) throws(LogError) in
            let fails = rest.withLock { rest in
                guard let next = rest.first else { return false }
                if next == nil, moment == .afterStoring { rest.removeFirst() }
                guard next == moment else { return false }
                rest.removeFirst()
                return true
            }
            if fails { throw .inputOutput("planned") }
        }
    }

    @Test("before it took effect is an error, stores nothing, and may be repeated")
    func beforeStoring() throws {
        let store = try store(failing: [nil, .beforeStoring])
        let before = try store.commit(CommitGroup(frames: [draft("a")]))
        let group = CommitGroup(
            frames: [draft("b")], puts: [TablePut(table: .jobs, key: .number(1), value: [1])])
        #expect(throws: LogError.inputOutput("planned")) { try store.commit(group) }
        #expect(try store.head == before)
        #expect(try store.value(.jobs, .number(1)) == nil)
        #expect(try store.commit(group).nextSequence == 3)
        #expect(try store.frames().map(\.text) == ["a", "b"])
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("after it took effect is found stored, and succeeds")
    func afterStoring() throws {
        let store = try store(failing: [nil, .afterStoring, nil, .afterStoring])
        _ = try store.commit(CommitGroup(frames: [draft("a")]))
        #expect(try store.commit(CommitGroup(frames: [draft("b")])).nextSequence == 3)
        #expect(try store.commit(CommitGroup(frames: [draft("c")])).nextSequence == 4)
        _ = try store.commit(CommitGroup(puts: [TablePut(table: .jobs, key: .number(1), value: [1])]))
        #expect(try store.frames().map(\.text) == ["a", "b", "c"])
        #expect(try store.value(.jobs, .number(1)) == [1])
        #expect(try LogVerifier.verify(store).ok)
    }

    /// A store of which the second commit takes effect, but is reported as failed, and cannot be looked into before `back`.
    private func storeLosingSight() throws -> (store: LMDBEventStore, back: () -> Void) {
        let (here, away) = (scratch.file("journal"), scratch.file("away"))
        let commits = Mutex(0)
        let store = try LMDBEventStore.open(directory: here, mode: .engine(.current())) { (moment) throws(LogError) in
            guard moment == .afterStoring,
                commits.withLock({
                    $0 += 1
                    return $0
                }) == 2
            else { return }
            _ = unsafe rename(here, away)
            // A file in its place: a directory could be taken for a new journal.
            _ = unsafe close(creat(here, 0o600))
            throw .inputOutput("planned")
        }
        return (
            store,
            {
                _ = unsafe unlink(here)
                _ = unsafe rename(away, here)
            }
        )
    }

    @Test("and of which nobody knows whether it was stored may be given up where it holds no events")
    func givenUp() throws {
        let (store, back) = try storeLosingSight()
        _ = try store.commit(CommitGroup(frames: [draft("a")]))
        let snapshot = CommitGroup(puts: [TablePut(table: .snapshots, key: .number(1), value: [1])])
        #expect(throws: LogError.self) { try store.commit(snapshot) }
        back()
        #expect(try store.commit(CommitGroup(frames: [draft("b")])).nextSequence == 3)
        #expect(try store.frames().map(\.text) == ["a", "b"])
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("and of which nobody knows whether it was stored is in doubt for everyone else where it holds events")
    func notGivenUp() throws {
        let (store, back) = try storeLosingSight()
        _ = try store.commit(CommitGroup(frames: [draft("a")]))
        let group = CommitGroup(frames: [draft("b")])
        #expect(throws: LogError.self) { try store.commit(group) }
        back()
        #expect(throws: LogError.self) { try store.commit(CommitGroup(frames: [draft("c")])) }
        #expect(try store.commit(group).nextSequence == 3)
        #expect(try store.frames().map(\.text) == ["a", "b"])
    }

    @Test("at the start of an epoch is settled like any other")
    func epoch() throws {
        let store = try store(failing: [.beforeStoring, .afterStoring])
        #expect(throws: LogError.inputOutput("planned")) { try store.beginEpoch { draft("\($0)") } }
        #expect(try store.beginEpoch { draft("\($0)") }.epoch == 1)
        #expect(try store.commit(CommitGroup(frames: [draft("a")])).epoch == 1)
    }

    @Test("is settled while others read, and so is a map that grows")
    func underReaders() async throws {
        let plan = (0..<60).map { $0 % 3 == 2 ? LMDBEventStore.CommitMoment.afterStoring : nil }
        let rest = Mutex(plan[...])
        let store = try LMDBEventStore.open(
            directory: scratch.file("journal"), mode: .engine(.current()), mapSizeBytes: 64 * 1024
        ) { (moment) throws(LogError) in
            let fails = moment == .afterStoring && rest.withLock { $0.popFirst() == .some(.some(.afterStoring)) }
            if fails { throw .inputOutput("planned") }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var next: UInt64 = 1
                    while next <= 60, !Task.isCancelled {
                        next = 1
                        try store.scan(from: 1) { header, _ in
                            guard header.firstSequence == next else { throw LogError.invalid("a gap") }
                            next = header.nextSequence
                            return true
                        }
                        _ = try store.value(.jobs, .number(1))
                        await Task.yield()
                    }
                }
            }
            for index in 0..<60 {
                let head = try store.commit(
                    CommitGroup(
                        frames: [draft(String(repeating: "x", count: 2_000))],
                        puts: [TablePut(table: .jobs, key: .number(1), value: [UInt8](repeating: 1, count: 500))]))
                #expect(head.frames == UInt64(index) + 1)
                await Task.yield()
            }
            try await group.waitForAll()
        }
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("on a full disk says so, loses nothing, and succeeds once there is room")
    func fullDisk() throws {
        let mountPoint = scratch.path
        // Without the right to mount, a file size limit cannot stand in: the planned failures above have to do.
        try #require(unsafe mount("tmpfs", mountPoint, "tmpfs", 0, "size=3m") == 0, "needs the right to mount a tmpfs")
        defer { unsafe umount2(mountPoint, Int32(MNT_DETACH)) }
        let ballast = scratch.file("ballast")
        TestFile.write(ballast, [UInt8](repeating: 0, count: 1 << 20))
        let store = try LMDBEventStore.open(directory: scratch.file("journal"), mode: .engine(.current()))
        var acknowledged: [LogHead] = []
        var failure: LogError?
        let group = CommitGroup(
            frames: [FrameDraft(job: 1, time: 0, count: 10, payload: [UInt8](repeating: 5, count: 20_000))])
        while failure == nil, acknowledged.count < 1_000 {
            do throws(LogError) {
                acknowledged.append(try store.commit(group))
            } catch {
                failure = error
            }
        }
        guard case .noSpace = failure else {
            Issue.record("expected noSpace, got \(String(describing: failure))")
            return
        }
        #expect(failure?.isRetryable == true)
        #expect(acknowledged.count > 10)
        #expect(try store.head == acknowledged.last)
        #expect(throws: LogError.self) { try store.commit(group) }
        Scratch.remove(ballast)
        let head = try store.commit(group)
        #expect(head.frames == UInt64(acknowledged.count) + 1)
        #expect(try LogVerifier.verify(store, expectedHead: acknowledged.last?.root).ok)
        try store.close()
    }
}
