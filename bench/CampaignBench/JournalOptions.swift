import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignLog
import Foundation

/// How the journals made here are opened.
struct JournalOptions: ParsableArguments {
    @Option(help: "Address space reserved for the journal, in MiB. valgrind has less of it than the engine reserves.")
    var mapSize = 1 << 20

    /// Opens a journal for an engine, which begins its epoch.
    func open(_ directory: String) throws -> (store: LMDBEventStore, epoch: UInt64) {
        let host = HostIdentity.current()
        let store = try LMDBEventStore.open(directory: directory, mode: .engine(host), mapSizeBytes: mapSize << 20)
        let head = try store.beginEpoch { epoch in
            var events = EventEncoder()
            events.append(
                .engineStarted(
                    EngineStart(
                        epoch: epoch, host: host.name, hostIdentity: host.id, bootID: host.bootID,
                        processID: UInt32(getpid()), version: CampaignEngine.version)))
            return FrameDraft(
                job: 0, time: Timestamp.current.milliseconds, count: events.count, payload: events.bytes)
        }
        return (store, head.epoch)
    }
}

/// A directory as the engine sees it, for one that is stepped.
struct BenchSite: JournalSite {
    let path: String
    let mapSizeBytes: Int
    let host = HostIdentity.current()
    var processID: UInt32 { 1 }
    var flightDeck: (any FlightDeck)? { FlightFolder(journalDirectory: path, host: host) }

    func lock(engineVersion: String) throws(LogError) -> @Sendable () -> Void {
        let lock = try EngineLock.acquire(directory: path, engineVersion: engineVersion)
        return { lock.release() }
    }

    func open(adopting: Bool) throws(LogError) -> any EventStore {
        try LMDBEventStore.open(directory: path, mode: .engine(host, adopt: adopting), mapSizeBytes: mapSizeBytes)
    }
}
