import CampaignEngine
import CampaignLog

/// A machine with a disk, from which one process opens the journal.
///
/// SAFETY: a world and everything in it belong to one thread.
final class SimulatedSite: JournalSite, @unchecked Sendable {
    let host: HostIdentity
    let processID: UInt32
    var flightDeck: (any FlightDeck)? { world.flights }
    private let holder: LockHolder
    private unowned let world: World
    private let process: EngineProcess

    /// Another program that tries to start beside the engine: it meets no faults.
    private let isObserver: Bool

    init(_ process: EngineProcess, _ world: World, isObserver: Bool = false) {
        self.isObserver = isObserver
        self.process = process
        self.world = world
        host = world.host
        processID = UInt32(process.number)
        holder = process.holder
    }

    func lock(engineVersion: String) throws(LogError) -> @Sendable () -> Void {
        if !isObserver, world.crashesHere(process, .crashOnOpening) { throw SimulatedStore.processDied }
        try world.journal.lock(for: holder)
        let (journal, holder) = (world.journal, holder)
        return { journal.unlock(holder) }
    }

    func open(adopting: Bool) throws(LogError) -> any EventStore {
        if !isObserver, world.crashesHere(process, .crashOnOpening) { throw SimulatedStore.processDied }
        let store = try MemoryEventStore(opening: world.journal, host: host, adopting: adopting)
        return SimulatedStore(store, process, world)
    }
}
