package import CampaignDomain
package import CampaignLog
import Foundation

/// Where the flight records of a journal are kept: a folder in the journal's directory, or the simulator's memory.
package protocol FlightDeck: Sendable {
    /// What a record must be of to be believed here.
    var place: FlightPlace { get }
    /// The records of a job that there are, of whatever engine.
    func names(of job: JobID) -> [FlightName]
    /// Makes a new record, zeroed, in place of one of the same name.
    func create(_ name: FlightName, words: Int) throws(LogError) -> SharedMemory
    /// nil when it cannot be read.
    func open(_ name: FlightName) -> SharedMemory?
    func remove(_ name: FlightName)
}

/// Which record: of the engine with this epoch, of its run of this job.
package struct FlightName: Hashable, Sendable {
    package var epoch: UInt64
    package var job: JobID

    package init(epoch: UInt64, job: JobID) {
        self.epoch = epoch
        self.job = job
    }
}

/// Where a record was written. A record is evidence only in the very journal, on the machine and in the boot that it is of.
package struct FlightPlace: Hashable, Sendable {
    /// Changes with every boot, and no two machines share one.
    package var bootID: String
    package var hostID: String
    /// The inode of the journal's file: a copied journal has another.
    package var journal: UInt64

    package init(bootID: String, hostID: String, journal: UInt64) {
        self.bootID = bootID
        self.hostID = hostID
        self.journal = journal
    }
}

/// The folder `flight` in a journal's directory (0700): one file for each run of a job, named EPOCH-JOB.
package struct FlightFolder: FlightDeck {
    private let journalDirectory: String
    private let host: HostIdentity
    private var path: String { journalDirectory + "/flight" }

    /// nil where the system does not tell one boot from another: then nothing could be believed.
    package init?(journalDirectory: String, host: HostIdentity) {
        guard !host.bootID.isEmpty else { return nil }
        self.journalDirectory = journalDirectory
        self.host = host
    }

    package var place: FlightPlace {
        var status = stat()
        let isThere = unsafe stat(journalDirectory + "/data.mdb", &status) == 0
        return FlightPlace(bootID: host.bootID, hostID: host.id, journal: isThere ? UInt64(status.st_ino) : 0)
    }

    package func names(of job: JobID) -> [FlightName] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.compactMap { file in
            let parts = file.split(separator: "-")
            guard parts.count == 2, let epoch = UInt64(parts[0]), parts[1] == "\(job)" else { return nil }
            return FlightName(epoch: epoch, job: job)
        }
    }

    package func create(_ name: FlightName, words: Int) throws(LogError) -> SharedMemory {
        // Without it the file cannot be made either, and that error is the better one.
        _ = unsafe mkdir(path, 0o700)
        remove(name)
        return try SharedMemory.create(path: file(name), sizeBytes: words * MemoryLayout<UInt64>.size)
    }

    package func open(_ name: FlightName) -> SharedMemory? {
        SharedMemory.open(path: file(name), sizeMaxBytes: FlightHeader.sizeMaxBytes)
    }

    package func remove(_ name: FlightName) {
        _ = unsafe unlink(file(name))
    }

    private func file(_ name: FlightName) -> String { "\(path)/\(name.epoch)-\(name.job)" }
}
