import CampaignDomain
import CampaignLog
import Logging

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Flight records: begun with a run, removed when the log no longer needs them.
extension Spine {
    /// The record of a run that begins now; nil when none of its endpoints records, or none can be kept. Everything goes on
    /// without one.
    func flightRecorder(of job: JobID, _ endpoints: [any Endpoint]) -> FlightRecorder? {
        // An engine that was taken over from keeps its hands off the records of the newer one; it can claim nothing any more.
        guard let flightDeck, (try? store.head)?.epoch == epoch else { return nil }
        // Whatever has this epoch's number is a leftover of a journal that was replaced since: it must not be taken for ours.
        for name in flightDeck.names(of: job) where name.epoch >= epoch { flightDeck.remove(name) }
        #if CAMPAIGN_MUTANTS
        if Mutant.recordsClearedEarly.isPlanted { for name in flightDeck.names(of: job) { flightDeck.remove(name) } }
        #endif
        let inHand = endpoints.reduce(0) { $0 + ($1.recordsHandover ? $1.capacity : 0) }
        guard inHand > 0 else { return nil }
        do {
            return try FlightRecorder(FlightName(epoch: epoch, job: job), inHand: inHand, on: flightDeck)
        } catch {
            logger.notice("no flight record is kept", metadata: ["job": "\(job)", "reason": "\(error)"])
            return nil
        }
    }

    /// Gives each claim that is about to be committed its slot.
    func recordClaims(of written: [JobRun]) {
        guard written.contains(where: { $0.recorder != nil }), let head = try? store.head else { return }
        var sequence = head.nextSequence + UInt64(journalEvents.count)
        for run in written {
            run.recordClaims(frame: sequence)
            sequence += UInt64(run.decision.events.count)
        }
    }

    /// Removes a job's records once the log has the outcome of every claim they tell of. Called when what the run has decided is
    /// durable.
    func clearFlightRecords(of run: JobRun) {
        guard let flightDeck, run.machine.state.tally.claimed == 0 else { return }
        for name in flightDeck.names(of: run.id) where name.epoch <= epoch { flightDeck.remove(name) }
    }
}
