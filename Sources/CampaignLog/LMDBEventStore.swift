internal import CampaignLMDB
internal import Synchronization

/// The journal on disk: one LMDB environment.
///
/// Writers take turns: `commit` blocks its thread until the group is durable. Readers never wait for writers.
package final class LMDBEventStore: EventStore {
    package enum Mode: Sendable, Equatable {
        /// Creates the journal when it is missing; may write everything. Take the `EngineLock` first.
        case engine(HostIdentity, adopt: Bool = false)
        /// May write to `Table.control` only, beside a running engine.
        case control
        case reader
    }

    /// An open environment with its databases; replaced when a failed commit makes a reopening necessary.
    struct Connection: Sendable {
        let environment: Environment
        let databases: JournalDatabases
    }

    /// What only the thread that commits may touch.
    struct Writer {
        /// The head record as last seen, and its bytes as stored.
        var record: HeadRecord?
        var recordBytes: [UInt8] = []
        /// This store's epoch: a stored epoch above it fences this store.
        var epoch: UInt64 = 0
        /// Written with the next epoch.
        var adoption: OpenedJournal.Adoption?
        /// A commit whose fate could not be settled.
        var pending: PendingCommit?
        var isClosed = false

        mutating func begin(_ epoch: UInt64) {
            self.epoch = epoch
            adoption = nil
        }
    }

    struct PendingCommit {
        let group: CommitGroup
        /// The head record as the commit would leave it.
        let record: HeadRecord
    }

    let directory: String
    let mode: Mode
    let mapSizeBytes: Int
    let commitStep: CommitStep?
    let connection: Mutex<Connection?>
    let writer: Mutex<Writer>
    /// The journal's own identity: 32 hexadecimal digits, made with it.
    package let journalID: String
    /// Whether the next epoch takes the journal over from another host, or as a copy.
    package let adopts: Bool
    /// Whether this open found the head record missing or damaged and recomputed it.
    package let wasHeadRebuilt: Bool

    /// Called just before and just after the last step of a commit; what it throws becomes that step's failure.
    /// Tests use it to make a commit fail before or after it took effect.
    package typealias CommitStep = @Sendable (CommitMoment) throws(LogError) -> Void

    package enum CommitMoment: Sendable {
        case beforeStoring
        case afterStoring
    }

    private init(opened: OpenedJournal, directory: String, mode: Mode, mapSizeBytes: Int, step: CommitStep?) {
        self.directory = directory
        self.mode = mode
        self.mapSizeBytes = mapSizeBytes
        commitStep = step
        connection = Mutex(opened.connection)
        var writer = Writer()
        writer.record = opened.record
        writer.recordBytes = opened.record.encode()
        writer.epoch = opened.record.epoch
        writer.adoption = opened.adoption
        self.writer = Mutex(writer)
        journalID = Hexadecimal.encode(opened.record.journalID)
        adopts = opened.adoption != nil
        wasHeadRebuilt = opened.wasHeadRebuilt
    }

    /// Opens the journal in `directory`.
    /// - Parameter mapSizeBytes: address space to reserve; the map grows beyond it when it has to.
    /// - Throws: `journalMissing` unless the mode creates it; `foreignHost` unless it may be adopted;
    ///   `newerFormat`, `corrupted`, `networkFileSystem`, `alreadyOpen`, `accessDenied`, `noSpace`.
    package static func open(
        directory: String,
        mode: Mode,
        mapSizeBytes: Int = 1 << 40,
        commitStep: CommitStep? = nil
    ) throws(LogError) -> LMDBEventStore {
        let opened = try OpenedJournal(directory: directory, mode: mode, mapSizeBytes: mapSizeBytes)
        return LMDBEventStore(
            opened: opened, directory: directory, mode: mode, mapSizeBytes: mapSizeBytes, step: commitStep)
    }

    /// Closes the journal once the reads of this process have ended. Later calls fail. Dropping the last reference
    /// closes it as well.
    package func close() throws(LogError) {
        try writer.withLock { (writer) throws(LogError) in
            writer.isClosed = true
            let open = connection.withLock { current in
                defer { current = nil }
                return current
            }
            do throws(LMDBError) {
                try open?.environment.close()
            } catch {
                throw LogError(error, directory: directory)
            }
        }
    }
}
