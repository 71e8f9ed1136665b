import CampaignDomain
import CampaignEngine
import CampaignLog

/// The flight records of a machine: memory that a dead process leaves behind, and a power cut does not.
///
/// SAFETY: a world and everything in it belong to one thread.
final class SimulatedFlights: FlightDeck, @unchecked Sendable {
    private unowned let world: World
    private var records: [(name: FlightName, memory: SharedMemory)] = []
    /// What the disk has of them, from the last time that it was written to.
    private var written: [FlightName: [UInt64]] = [:]
    /// Which copy of the journal's files it is: what stands for the inode.
    private var copy: UInt64 = 1
    private var filesMade: UInt64 = 0
    /// Claims that were open when their record was lost or damaged: nothing can be expected to be known of them.
    private var unknowable: Set<Claim> = []
    /// Jobs whose present record was lost or damaged: of later claims in it nothing can be expected either.
    private var damagedJobs: Set<JobID> = []
    /// Frames that the journal held when that happened, known to be durable or not.
    private var framesForgotten = 0

    struct Claim: Hashable {
        var job: UInt32
        var ordinal: Ordinal
    }

    init(_ world: World) { self.world = world }

    // MARK: FlightDeck

    var place: FlightPlace { FlightPlace(bootID: world.host.bootID, hostID: world.host.id, journal: copy) }

    func names(of job: JobID) -> [FlightName] { records.map(\.name).filter { $0.job == job } }

    func create(_ name: FlightName, words: Int) throws(LogError) -> SharedMemory {
        remove(name)
        damagedJobs.remove(name.job)
        filesMade += 1
        let memory = SharedMemory(words: words, fileNumber: filesMade)
        records.append((name, memory))
        return memory
    }

    func open(_ name: FlightName) -> SharedMemory? { records.first { $0.name == name }?.memory }

    func remove(_ name: FlightName) {
        records.removeAll { $0.name == name }
        written[name] = nil
    }

    var isEmpty: Bool { records.isEmpty }

    // MARK: What becomes of them

    /// The kernel writes what has changed, when it likes to.
    func writeBack() {
        for (name, memory) in records { written[name] = (0..<memory.count).map { memory.load($0) } }
    }

    /// What the disk had is there again, at the next boot.
    func cutPower() {
        if !records.isEmpty { world.marks.hit(.flightRecordOfOtherBoot) }
        forget()
        records = records.compactMap { name, memory in
            guard let words = written[name] else { return nil }
            for (index, word) in words.enumerated() { memory.store(word, at: index) }
            return (name, memory)
        }
    }

    /// The journal's directory is copied; the records with it, under other inodes.
    func copyJournal() {
        if !records.isEmpty { world.marks.hit(.flightRecordOfCopy) }
        forget()
        copy += 1
    }

    /// Bits rot, a file is lost, or a slot's words are in each other's place.
    func damage(_ random: inout SplitMix64) {
        guard let index = records.indices.randomOne(&random) else { return }
        let memory = records[index].memory
        world.marks.hit(.flightRecordDamaged)
        damagedJobs.insert(records[index].name.job)
        forget()
        switch random.below(6) {
        case 0: remove(records[index].name)
        case 1:
            let word = random.below(memory.count)
            memory.store(memory.load(word) ^ 1 << UInt64(random.below(64)), at: word)
        default: tear(memory, &random)
        }
    }

    /// Words of one slot get into another, as in a write that was cut short.
    private func tear(_ memory: SharedMemory, _ random: inout SplitMix64) {
        let used = stride(from: Self.headerWords, to: memory.count, by: Self.slotWords).filter { memory.load($0) != 0 }
        for _ in 0..<3 {
            guard let from = used.randomOne(&random), let to = used.randomOne(&random) else { return }
            let word = random.below(3)
            memory.store(memory.load(from + word), at: to + word)
        }
    }

    /// As docs/JOURNAL.md has them.
    private static let (headerWords, slotWords) = (32, 8)

    private func forget() {
        // Also claims that nobody was told of: their frames are there, and may yet be lost.
        framesForgotten = max(framesForgotten, world.journal.frameCount)
        for (job, ordinal) in world.oracle.openClaims { unknowable.insert(Claim(job: job.rawValue, ordinal: ordinal)) }
    }

    func claimed(_ job: JobID, _ ordinal: Ordinal) {
        let claim = Claim(job: job.rawValue, ordinal: ordinal)
        let isForgotten = damagedJobs.contains(job) || world.oracle.frames.count <= framesForgotten
        if isForgotten { unknowable.insert(claim) } else { unknowable.remove(claim) }
    }

    /// Whether the next engine must be able to tell how far this claim had come.
    func mustKnow(_ job: JobID, _ ordinal: Ordinal) -> Bool {
        !unknowable.contains(Claim(job: job.rawValue, ordinal: ordinal))
    }
}
