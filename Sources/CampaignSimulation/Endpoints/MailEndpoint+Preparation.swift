import CampaignDomain
import CampaignEngine

/// The part of the dialogue that comes before the claim: the envelope goes ahead, and the server says what it thinks of it. One
/// that claims ahead asks later, when it delivers.
extension MailEndpoint {
    func prepare(_ batch: [Delivery]) {
        guard world.mayAct(process, .crashBetweenActions) else { return }
        for delivery in batch { waiting.append(begin(delivery)) }
        startWaiting()
    }

    func discard(_ batch: [Delivery]) {
        guard process.isAlive else { return }
        for delivery in batch {
            guard let flight = flights.first(where: { $0.delivery.ordinal == delivery.ordinal && !$0.isClaimed }) else {
                continue
            }
            world.marks.hit(.preparedDiscarded)
            end(flight)
            if let position = waiting.firstIndex(where: { $0 === flight }) {
                waiting.remove(at: position)
            } else {
                freeConnection()
            }
        }
        process.wake()
    }

    /// The flight whose claim has come; nil when its connection was lost meanwhile, which is reported already.
    func prepared(_ delivery: Delivery) -> Flight? {
        flights.first { $0.delivery.ordinal == delivery.ordinal && !$0.isClaimed }
    }

    func freeConnection() {
        connectionsInUse -= 1
        startWaiting()
    }

    private func startWaiting() {
        while connectionsInUse < server.options.lanes, !waiting.isEmpty {
            let flight = waiting.removeFirst()
            connectionsInUse += 1
            world.plan(after: server.latency(), in: process) { [self] in ask(flight) }
        }
    }

    private func ask(_ flight: Flight) {
        guard !flight.isOver else { return }
        if world.script?.holdsBack == true {
            return world.plan(after: 1, in: process) { [self] in ask(flight) }
        }
        if server.options.isClaimedAhead {
            world.marks.hit(.claimedAhead)
            reporter?.prepared([flight.delivery])
            return process.wake()
        }
        let answer = server.answer(to: flight.delivery.recipient)
        flight.answer = answer
        let isEarly = world.random.network.chance(perMille: 700)
        switch answer {
        case .deferred(let reply) where isEarly: refuse(flight, .deferred(reply: reply))
        case .throttled(let reply) where isEarly: refuse(flight, .throttled(reply: reply))
        case .rejected(let kind, let reply) where isEarly: refuse(flight, .failed(kind, reply: reply))
        case .droppedBefore where isEarly: refuse(flight, .notSent(EndpointFault(.dropped, "connection lost")))
        case .refused: refuse(flight, .notSent(EndpointFault(.unavailable, "connection refused")))
        case .hopeless: refuse(flight, .notSent(EndpointFault(.hopeless, "535 5.7.8 never")))
        case .silent(handedOver: false, _):
            world.plan(after: MailServer.silenceMilliseconds, in: process) { [self] in
                refuse(flight, .notSent(EndpointFault(.dropped, "no answer")))
            }
        case .accepted, .deferred, .throttled, .rejected, .droppedBefore, .droppedAfter, .silent:
            reporter?.prepared([flight.delivery])
            process.wake()
            if case .droppedBefore = answer { loseWhileItWaits(flight) }
        }
    }

    private func refuse(_ flight: Flight, _ outcome: DeliveryOutcome) {
        guard !flight.isOver else { return }
        world.marks.hit(.refusedBeforeClaim)
        settle(flight, outcome)
    }

    /// The connection may be gone before the claim comes: then the claim is the one to be given back.
    private func loseWhileItWaits(_ flight: Flight) {
        world.plan(after: server.latency(), in: process) { [self] in
            guard !flight.isOver, !flight.isClaimed else { return }
            world.marks.hit(.lostBetweenPreparedAndClaim)
            settle(flight, .notSent(EndpointFault(.dropped, "connection lost")))
        }
    }

    /// Nothing of these has left.
    func giveBackUnprepared() {
        let unprepared = waiting
        waiting = []
        for flight in unprepared {
            end(flight)
            reporter?.report([
                DeliveryReport(flight.delivery, .notSent(EndpointFault(.dropped, "closing")))
            ])
        }
    }
}
