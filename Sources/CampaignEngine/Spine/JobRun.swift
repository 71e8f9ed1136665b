import CampaignDomain
import CampaignLists
import CampaignLog

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// A job in the engine's hands: its machine, and what the machine's actions need. Confined to the log thread.
final class JobRun {
    var machine: JobMachine
    var decision = Decision()
    let channel: ProgressChannel
    private let content: JobContent?
    private var rows: RecipientRows
    /// By the endpoint's index in the job's state.
    private var endpoints: [(any Endpoint)?] = []
    private let given: [any Endpoint]
    private let inbox: Inbox
    private let store: any EventStore
    /// What endpoints were asked about, until it is claimed again.
    private var asked: [Ordinal: ProbeQuestion] = [:]
    /// Keeps the flight record, where there is one.
    var recorder: FlightRecorder?
    /// Events folded since the last snapshot.
    var eventsSinceSnapshot = 0
    var ending: JobEnding?
    /// Where it stands among the runs, in the order of their start.
    var position = 0
    /// This turn has to do with it.
    var isTouched = false
    /// As of the last turn that had to do with it: recipients in hand, and when it wants a turn although nothing is reported.
    var inFlight = 0
    var wake: Timestamp?
    /// Of the endpoint that has the fewest: claims that a connection may have beside the one under way, and that one.
    let claimsAhead: Int
    let id: JobID
    /// The newest progress of which every event is durable.
    var durable: JobProgress

    init(
        _ machine: JobMachine, content: JobContent?, endpoints: [any Endpoint], store: any EventStore, inbox: Inbox,
        channel: ProgressChannel
    ) {
        self.machine = machine
        id = machine.state.id
        claimsAhead = endpoints.map { max($0.capacity / max($0.connections, 1) - 1, 1) }.min() ?? 1
        self.content = content
        given = endpoints
        self.inbox = inbox
        self.store = store
        self.channel = channel
        rows = RecipientRows(machine.state.id, store)
        durable = JobProgress(
            summary: JobSummary(machine.state, engineIsRunning: true), inFlight: 0, storeTrouble: nil, ending: nil)
    }

    func start(now: Timestamp) {
        for endpoint in given { endpoint.attach(EndpointReporter(inbox: inbox)) }
        if !machine.destinationLimits.isEmpty {
            machine.destinations = RowDestinations(machine.destinationLimits, id, store)
        }
        machine.start(given.map(EndpointSetup.init), now: now, &decision)
    }

    /// Carries out what the machine wants. Called only when the decision's events are durable.
    func carryOut(_ actions: [Action], now: Timestamp) throws(EngineError) {
        for action in actions {
            switch action {
            case .deliver: continue
            case .prepare(let index, let generation, let ordinals):
                guard let endpoint = endpoint(index) else { continue }
                endpoint.prepare(try deliveries(ordinals, index, generation))
            case .discard(let index, let ordinals):
                guard let endpoint = endpoint(index) else { continue }
                endpoint.discard(try deliveries(ordinals, index, 0))
            case .check(let index):
                guard let endpoint = endpoint(index) else { continue }
                let (id, inbox) = (id, inbox)
                endpoint.beginCheck { inbox.put(.checked(id, index, $0)) }
            case .probe(let index, let ordinals):
                guard let endpoint = endpoint(index) else { continue }
                let claims = try questions(ordinals, index, now)
                let (id, inbox) = (id, inbox)
                endpoint.beginProbe(claims) { inbox.put(.probed(id, index, ordinals, $0)) }
            case .finished(let ending):
                self.ending = ending
            }
        }
        // Last, so that an endpoint has the envelopes already that may travel with the content.
        for case .deliver(let index, let generation, let ordinals) in actions {
            guard let endpoint = endpoint(index) else { continue }
            if !asked.isEmpty { for ordinal in ordinals { asked[ordinal] = nil } }
            endpoint.deliver(
                try deliveries(ordinals, index, generation) { .claimed(recorder?.take($0)) })
        }
    }

    /// The messages that an endpoint is asked about, with the times between which they can have reached it.
    private func questions(
        _ ordinals: [Ordinal], _ index: EndpointIndex, _ now: Timestamp
    ) throws(EngineError) -> [Delivery] {
        let new = ordinals.filter { asked[$0] == nil }
        if !new.isEmpty {
            let claims = try NewestClaims.find(new, of: id, in: store)
            for ordinal in new { asked[ordinal] = ProbeQuestion(claimedAt: claims[ordinal]?.time, lostAt: now) }
        }
        return try deliveries(ordinals, index, 0) { .asked(asked[$0]) }
    }

    /// Gives the claims that are about to be committed their slots in the flight record.
    ///
    /// - Parameter sequence: the first of the frame's that will hold them.
    func recordClaims(frame sequence: EventSequence) {
        guard recorder != nil else { return }
        for case .deliver(let index, _, let ordinals) in decision.actions {
            guard endpoint(index)?.recordsHandover == true else { continue }
            // Those that have one are in the log already, and wait for this turn's end.
            for ordinal in ordinals where recorder?.isBegun(ordinal) == false {
                recorder?.begin(ordinal, index, frame: sequence)
            }
        }
    }

    /// The recipients that an answer is about, without those whose handing-out it means is over.
    func present(_ batch: [Delivery]) -> [Ordinal] {
        batch.compactMap { machine.isStale($0.ordinal, handout: $0.handout) ? nil : $0.ordinal }
    }

    private func endpoint(_ index: EndpointIndex) -> (any Endpoint)? {
        while endpoints.count < machine.state.endpoints.count {
            let identity = EndpointState.identity(machine.state.endpoints[endpoints.count].name)
            endpoints.append(given.first { EndpointState.identity($0.name) == identity })
        }
        return Int(index) < endpoints.count ? endpoints[Int(index)] : nil
    }

    private func deliveries(
        _ ordinals: [Ordinal], _ index: EndpointIndex, _ generation: UInt32,
        _ standing: (Ordinal) -> Delivery.Standing = { _ in .prepared }
    ) throws(EngineError) -> [Delivery] {
        guard let content else { return [] }
        var batch: [Delivery] = []
        batch.reserveCapacity(ordinals.count)
        for ordinal in ordinals {
            #if CAMPAIGN_MUTANTS
            let row = try rows.row(Mutant.rowsShifted.isPlanted ? max(ordinal, 1) - 1 : ordinal)
            #else
            let row = try rows.row(ordinal)
            #endif
            batch.append(
                Delivery(
                    Delivery.Material(
                        job: id, ordinal: ordinal, attempts: machine.state.recipients.attempts(ordinal),
                        endpoint: index, generation: generation, handout: machine.handout(of: ordinal), row: row,
                        content: content, standing(ordinal))))
        }
        return batch
    }

    func progress(storeTrouble: String?) -> JobProgress {
        JobProgress(
            summary: JobSummary(machine.state, engineIsRunning: true), inFlight: machine.inFlight,
            storeTrouble: storeTrouble, ending: ending)
    }

    /// Ends the endpoints; each reports what it still holds before it says that it has ended.
    func closeEndpoints(deadline: ContinuousClock.Instant, _ closing: ClosingEndpoints) {
        for endpoint in given {
            closing.begin()
            endpoint.beginClosing(deadline: deadline) { closing.end() }
        }
    }
}

extension EndpointSetup {
    init(_ endpoint: any Endpoint) {
        self.init(
            name: endpoint.name, capacity: endpoint.capacity, connections: endpoint.connections,
            preparesBeforeClaim: endpoint.preparesBeforeClaim, policy: endpoint.policy)
    }
}
