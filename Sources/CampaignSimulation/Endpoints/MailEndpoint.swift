import CampaignDomain
import CampaignEngine

/// The engine's side of a mail server: as many claimed deliveries at once as it has connections.
///
/// SAFETY: a world and everything in it belong to one thread.
final class MailEndpoint: CallbackEndpoint, @unchecked Sendable {
    /// One message on its way.
    final class Flight {
        var delivery: Delivery
        /// What the server will make of it, where it was asked before the claim.
        var answer: MailServer.Answer?
        /// The claim is durable.
        var isClaimed = false
        /// The flight record says that its end may have left.
        var isRecorded = false
        /// The last byte has left; nobody can call it back.
        var isHandedOver = false
        /// The server has answered; the engine has not heard of it yet.
        var isAnswered = false
        var isOver = false

        init(_ delivery: Delivery) { self.delivery = delivery }
    }

    let name: String
    let capacity: Int
    let policy: EndpointPolicy
    var preparesBeforeClaim: Bool { server.options.isAskedFirst }
    var recordsHandover: Bool { server.options.recordsHandover }
    let server: MailServer
    unowned let world: World
    let process: EngineProcess
    let job: Int
    var reporter: EndpointReporter?
    private(set) var flights: [Flight] = []
    /// To be prepared when a connection is free.
    var waiting: [Flight] = []
    /// Connections that a message is prepared or claimed on.
    var connectionsInUse = 0
    private var whenIdle: (@Sendable () -> Void)?

    init(_ server: MailServer, job: Int, _ process: EngineProcess, _ world: World) {
        self.server = server
        self.job = job
        self.process = process
        self.world = world
        name = server.options.name
        capacity = server.options.capacity
        policy = server.options.policy
    }

    func attach(_ reporter: EndpointReporter) { self.reporter = reporter }

    func deliver(_ batch: [Delivery]) {
        guard world.mayAct(process, .crashBetweenCommitAndAction) else { return }
        for delivery in batch {
            world.oracle.expectClaimed(job, delivery, by: name)
            guard let flight = preparesBeforeClaim ? prepared(delivery) : begin(delivery) else { continue }
            flight.isClaimed = true
            flight.delivery = delivery
            world.plan(after: server.latency(), in: process) { [self] in attempt(flight) }
        }
    }

    func begin(_ delivery: Delivery) -> Flight {
        let flight = Flight(delivery)
        flights.append(flight)
        return flight
    }

    func end(_ flight: Flight) {
        flight.isOver = true
        flights.removeAll { $0 === flight }
    }

    /// The dialogue up to the point where the server decides.
    private func attempt(_ flight: Flight) {
        guard !flight.isOver else { return }
        if world.crashesHere(process, .crashBeforeHandover) { return }
        if world.script?.holdsBack == true {
            return world.plan(after: 1, in: process) { [self] in attempt(flight) }
        }
        let answer = flight.answer ?? server.answer(to: flight.delivery.recipient)
        world.note("\(name): \(flight.delivery.recipient) \(answer)")
        switch answer {
        case .accepted: accept(flight, .sent(reply: "250 2.0.0 ok"))
        case .deferred(let reply): decline(flight, .deferred(reply: reply))
        case .throttled(let reply):
            world.marks.hit(.throttled)
            decline(flight, .throttled(reply: reply))
        case .rejected(let kind, let reply): decline(flight, .failed(kind, reply: reply))
        case .droppedBefore: settle(flight, .notSent(EndpointFault(.dropped, "connection lost")))
        case .droppedAfter(let accepted):
            guard handOver(flight) else { return }
            if accepted {
                world.marks.hit(.acceptedWithoutReply)
                take(flight)
            }
            settle(flight, .inDoubt(EndpointFault(.dropped, "connection lost after the final dot")))
        case .refused: settle(flight, .notSent(EndpointFault(.unavailable, "connection refused")))
        case .silent(let handedOver, let accepted):
            if handedOver, !handOver(flight) { return }
            if accepted { take(flight) }
            let fault = EndpointFault(.dropped, "no answer")
            world.plan(after: MailServer.silenceMilliseconds, in: process) { [self] in
                settle(flight, handedOver ? .inDoubt(fault) : .notSent(fault))
            }
        case .hopeless: settle(flight, .notSent(EndpointFault(.hopeless, "535 5.7.8 never")))
        }
    }

    private func accept(_ flight: Flight, _ outcome: DeliveryOutcome) {
        guard handOver(flight) else { return }
        take(flight)
        if world.crashesHere(process, .crashBetweenHandoverAndReply) { return }
        world.plan(after: server.latency(), in: process) { [self] in settle(flight, outcome) }
    }

    /// Says that the message is about to leave, and lets it; false when it must not, or when the process dies on the way.
    private func handOver(_ flight: Flight) -> Bool {
        guard flight.delivery.beginHandover() else {
            world.marks.hit(.flightTakenBack)
            settle(flight, .notSent(EndpointFault(.dropped, "taken back")))
            return false
        }
        flight.isRecorded = true
        if world.crashesHere(process, .crashBetweenRecordAndHandover) { return false }
        flight.isHandedOver = true
        return true
    }

    /// Before the content, or by the final reply.
    private func decline(_ flight: Flight, _ outcome: DeliveryOutcome) {
        if world.random.network.chance(perMille: 500), !handOver(flight) { return }
        settle(flight, outcome)
    }

    private func take(_ flight: Flight) { world.oracle.accepted(job, flight.delivery) }

    func settle(_ flight: Flight, _ outcome: DeliveryOutcome) {
        guard !flight.isOver, let reporter else { return }
        flight.isAnswered = true
        if flight.isHandedOver, let code = outcome.replyCode { flight.delivery.recordReply(code: code) }
        if world.crashesHere(process, .crashBetweenReplyAndOutcome) { return }
        end(flight)
        reporter.report([DeliveryReport(flight.delivery, outcome)])
        if preparesBeforeClaim { freeConnection() }
        if flight.isClaimed, world.random.network.chance(perMille: world.rate(.doubleReport)) {
            reporter.report([DeliveryReport(flight.delivery, outcome)])
            world.marks.hit(.doubleReportIgnored)
        }
        process.wake()
        if flights.isEmpty, let whenIdle {
            self.whenIdle = nil
            whenIdle()
        }
    }

    func check(_ answer: @escaping @Sendable (EndpointFault?) -> Void) {
        guard world.mayAct(process, .crashBetweenActions) else { return }
        world.plan(after: server.latency(), in: process) { [self] in
            answer(server.check())
            process.wake()
        }
    }

    func probe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void) {
        guard world.mayAct(process, .crashBeforeProbe) else { return }
        world.marks.hit(.claimsProbed)
        process.probesUnderWay += 1
        world.plan(after: server.latency(), in: process) { [self] in
            if world.crashesHere(process, .crashWithProbeUnderWay) { return }
            process.probesUnderWay -= 1
            answer(claims.map(verdict))
            process.wake()
        }
    }

    private func verdict(_ claim: Delivery) -> ProbeVerdict {
        guard server.options.knowsItsMessages, !world.isOnItsWay(job, claim.ordinal) else {
            world.marks.hit(.probeUnknown)
            return .unknown
        }
        let isThere = world.oracle.isAccepted(job, claim.ordinal)
        world.marks.hit(isThere ? .probeAccepted : .probeNotAccepted)
        return isThere ? .accepted : .notAccepted
    }

    func close(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void) {
        guard process.isAlive else { return }
        // What has not been handed over is given back at once; what has is waited for.
        giveBackUnprepared()
        for flight in flights where !flight.isHandedOver {
            settle(flight, .notSent(EndpointFault(.dropped, "closing")))
        }
        guard !flights.isEmpty else { return done() }
        whenIdle = done
        let left = max((deadline - world.clock.instant).milliseconds, 0)
        world.plan(after: left, in: process) { [self] in
            guard let whenIdle else { return }
            self.whenIdle = nil
            whenIdle()
        }
    }

    /// The process is dead. What its system had taken from it may still arrive.
    func abandon() {
        for flight in flights where !flight.isHandedOver && !flight.isOver && flight.isClaimed {
            guard world.random.network.chance(perMille: 200), flight.isRecorded || flight.delivery.beginHandover()
            else {
                continue
            }
            world.onItsWay(job, flight.delivery.ordinal, after: server.latency()) { [self] in
                guard !server.isDown else { return }
                world.marks.hit(.messageAcceptedAfterCrash)
                take(flight)
            }
        }
        flights = []
        waiting = []
    }
}

extension DeliveryOutcome {
    /// Of the final reply to the message; nil where there was none.
    fileprivate var replyCode: UInt16? {
        switch self {
        case .sent: 250
        case .deferred, .throttled: 450
        case .failed: 550
        case .notSent, .inDoubt: nil
        }
    }
}
