import CampaignLog

/// The journal as one process has it open: each commit may fail, be of unknown fate, or be the process's last act.
///
/// SAFETY: a world and everything in it belong to one thread.
final class SimulatedStore: EventStore, @unchecked Sendable {
    private let store: MemoryEventStore
    private unowned let world: World
    private let process: EngineProcess
    private var isOpening = true

    /// What a dead process gets for an answer.
    static let processDied = LogError.notPermitted("the simulated process is dead")

    init(_ store: MemoryEventStore, _ process: EngineProcess, _ world: World) {
        self.store = store
        self.process = process
        self.world = world
    }

    func commit(_ group: CommitGroup) throws(LogError) -> LogHead {
        try carryOut(group.frames.isEmpty && group.puts.isEmpty) { () throws(LogError) in try store.commit(group) }
    }

    func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead {
        let head = try carryOut(false) { () throws(LogError) in try store.beginEpoch(makeFrame) }
        isOpening = false
        return head
    }

    /// Draws what becomes of a commit, and lets it happen.
    private func carryOut(
        _ isSmall: Bool, _ commit: () throws(LogError) -> LogHead
    ) throws(LogError) -> LogHead {
        guard process.isAlive else { throw Self.processDied }
        let isImport = process.isImporting
        if world.crashesHere(process, isOpening ? .crashBeforeEpoch : isImport ? .crashInImport : .crashBeforeCommit) {
            throw Self.processDied
        }
        if let error = world.storeTrouble() { throw error }
        if world.crashesHere(process, isOpening ? .crashAfterEpoch : isImport ? .crashAfterImport : nil) {
            // Whether the last sectors were written is the disk's secret; a commit is there whole or not at all.
            return try die(commit)
        }
        if world.random.store.chance(perMille: world.rate(.unknownFate)), !world.isHealed {
            return try failWithUnknownFate(commit)
        }
        let head = try commit()
        world.oracle.follow(world.journal)
        return head
    }

    private func die(_ commit: () throws(LogError) -> LogHead) throws(LogError) -> LogHead {
        if world.random.store.chance(perMille: 500) {
            world.marks.hit(.crashBetweenWriteAndFlush)
            if world.random.store.chance(perMille: 500) {
                _ = try commit()
            }
        } else {
            _ = try commit()
            world.marks.hit(.crashBeforeAcknowledgement)
        }
        throw Self.processDied
    }

    /// The flush fails: what was written can be read, or cannot, and may be lost with the power.
    private func failWithUnknownFate(_ commit: () throws(LogError) -> LogHead) throws(LogError) -> LogHead {
        let error = LogError.inDoubt("the flush failed")
        let isStored = world.random.store.chance(perMille: 500)
        world.marks.hit(isStored ? .unknownFateStored : .unknownFateLost)
        world.journal.setFaults { _ in isStored ? .storedUnacknowledged(error) : .refused(error) }
        defer { world.journal.setFaults(nil) }
        return try commit()
    }

    var head: LogHead { get throws(LogError) { try store.head } }

    func scan(from sequence: UInt64, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {
        try store.scan(from: sequence, body)
    }

    func scanBackward(from sequence: UInt64?, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {
        try store.scanBackward(from: sequence, body)
    }

    func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]? { try store.value(table, key) }

    func withValue<Result>(_ table: Table, _ key: TableKey, _ body: (RawSpan?) throws -> Result) throws -> Result {
        try store.withValue(table, key, body)
    }

    func scan(_ table: Table, from: TableKey?, _ body: (TableKey, RawSpan) throws -> Bool) throws {
        try store.scan(table, from: from, body)
    }

    func lastKey(_ table: Table) throws(LogError) -> TableKey? { try store.lastKey(table) }
}
