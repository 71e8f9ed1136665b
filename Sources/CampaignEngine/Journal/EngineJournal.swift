import CampaignDomain
import CampaignLog
import Logging

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Opening a journal for sending: lock, host check, new epoch.
enum EngineJournal {
    struct Opened {
        var store: any EventStore
        var release: @Sendable () -> Void
        var epoch: UInt64
        /// The time of the log's last frame.
        var time: Timestamp
        var flightDeck: (any FlightDeck)?
    }

    static func open(
        _ site: any JournalSite, _ configuration: EngineConfiguration, _ clock: any EngineClock = SystemClock()
    ) throws(EngineError) -> Opened {
        let release: @Sendable () -> Void
        do throws(LogError) {
            release = try site.lock(engineVersion: configuration.version)
        } catch .locked(let holder) {
            #if CAMPAIGN_MUTANTS
            guard Mutant.lockIgnored.isPlanted else { throw EngineError(LogError.locked(holder: holder)) }
            release = {}
            #else
            throw EngineError(LogError.locked(holder: holder))
            #endif
        } catch {
            throw EngineError(.journalCannotBeCreated, "the journal's lock cannot be taken: \(error)")
        }
        do throws(EngineError) {
            return try begin(site, configuration, clock, release)
        } catch {
            release()
            throw error
        }
    }

    private static func begin(
        _ site: any JournalSite, _ configuration: EngineConfiguration, _ clock: any EngineClock,
        _ release: @escaping @Sendable () -> Void
    ) throws(EngineError) -> Opened {
        do {
            let (store, adoptedFrom) = try openStore(site, adopts: configuration.adopts)
            if let adoptedFrom {
                configuration.logger.notice("journal adopted", metadata: ["from": "\(adoptedFrom)"])
            }
            var time = clock.timeOfDay
            try store.scanBackward(from: nil) { header, _ in
                time = max(time, Timestamp(milliseconds: header.time))
                return false
            }
            let head = try store.beginEpoch { epoch in
                var events = EventEncoder()
                events.append(.engineStarted(EngineStart(epoch: epoch, site, version: configuration.version)))
                if let adoptedFrom {
                    events.append(.journalAdopted(from: adoptedFrom, to: "\(site.host)"))
                }
                return FrameDraft(events, job: .journal, time: time)
            }
            return Opened(
                store: store, release: release, epoch: head.epoch, time: time,
                flightDeck: configuration.recordsFlights ? site.flightDeck : nil)
        } catch {
            throw EngineError.wrapping(error)
        }
    }

    /// Opened without adopting first, so that the event can say from whom it was taken over.
    private static func openStore(
        _ site: any JournalSite, adopts: Bool
    ) throws(LogError) -> (any EventStore, adoptedFrom: String?) {
        do throws(LogError) {
            return (try site.open(adopting: false), nil)
        } catch .foreignHost(let recorded, _) where adopts {
            return (try site.open(adopting: true), recorded)
        }
    }
}

extension EngineStart {
    init(epoch: UInt64, _ site: any JournalSite, version: String) {
        self.init(
            epoch: epoch, host: site.host.name, hostIdentity: site.host.id, bootID: site.host.bootID,
            processID: site.processID, version: version)
    }
}
