import CampaignDomain
import CampaignLog
import Foundation
import Logging

/// Opening a journal for sending: lock, host check, new epoch.
enum EngineJournal {
    struct Opened {
        var store: LMDBEventStore
        var lock: EngineLock
        var epoch: UInt64
    }

    static func open(_ directory: String, _ configuration: EngineConfiguration) throws(EngineError) -> Opened {
        let lock: EngineLock
        do throws(LogError) {
            lock = try EngineLock.acquire(directory: directory, engineVersion: configuration.version)
        } catch .locked(let holder) {
            throw EngineError(LogError.locked(holder: holder))
        } catch {
            throw EngineError(.journalCannotBeCreated, "the journal cannot be created in \(directory): \(error)")
        }
        do throws(LogError) {
            let host = HostIdentity.current()
            let (store, adoptedFrom) = try openStore(directory, host, adopts: configuration.adopts)
            if let adoptedFrom {
                configuration.logger.notice("journal adopted", metadata: ["from": "\(adoptedFrom)"])
            }
            let head = try store.beginEpoch { epoch in
                var events = EventEncoder()
                events.append(.engineStarted(EngineStart(epoch: epoch, host, version: configuration.version)))
                if let adoptedFrom {
                    events.append(.journalAdopted(from: adoptedFrom, to: "\(host)"))
                }
                return FrameDraft(events, job: .journal, time: .current)
            }
            return Opened(store: store, lock: lock, epoch: head.epoch)
        } catch {
            throw EngineError(error)
        }
    }

    /// Opened without adopting first, so that the event can say from whom it was taken over.
    private static func openStore(
        _ directory: String, _ host: HostIdentity, adopts: Bool
    ) throws(LogError) -> (LMDBEventStore, adoptedFrom: String?) {
        do throws(LogError) {
            return (try LMDBEventStore.open(directory: directory, mode: .engine(host, adopt: false)), nil)
        } catch .foreignHost(let recorded, _) where adopts {
            return (try LMDBEventStore.open(directory: directory, mode: .engine(host, adopt: true)), recorded)
        }
    }
}

extension EngineStart {
    init(epoch: UInt64, _ host: HostIdentity, version: String) {
        self.init(
            epoch: epoch, host: host.name, hostIdentity: host.id, bootID: host.bootID,
            processID: UInt32(bitPattern: getpid()), version: version)
    }
}
