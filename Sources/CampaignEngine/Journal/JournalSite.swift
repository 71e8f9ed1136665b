package import CampaignLog
import Foundation

/// Where a journal lies: a directory, or the simulator's disk.
package protocol JournalSite {
    /// The machine that opens it.
    var host: HostIdentity { get }
    var processID: UInt32 { get }

    /// Takes the right to run an engine here; it ends with the process, or when the value returned is called.
    /// - Throws: `locked` with the holder.
    func lock(engineVersion: String) throws(LogError) -> @Sendable () -> Void

    /// Where flight records are kept; nil where there can be none.
    var flightDeck: (any FlightDeck)? { get }

    /// Opens the store for an engine.
    /// - Throws: `foreignHost` unless it may be adopted; whatever keeps it from being opened.
    func open(adopting: Bool) throws(LogError) -> any EventStore
}

/// A directory with an LMDB environment.
struct JournalDirectory: JournalSite {
    let path: String
    let host = HostIdentity.current()
    var processID: UInt32 { UInt32(bitPattern: getpid()) }
    var flightDeck: (any FlightDeck)? { FlightFolder(journalDirectory: path, host: host) }

    func lock(engineVersion: String) throws(LogError) -> @Sendable () -> Void {
        let lock = try EngineLock.acquire(directory: path, engineVersion: engineVersion)
        return { lock.release() }
    }

    func open(adopting: Bool) throws(LogError) -> any EventStore {
        try LMDBEventStore.open(directory: path, mode: .engine(host, adopt: adopting))
    }
}
