import CampaignDomain
import CampaignEngine

/// The engine's side of a drop directory: prepares, shows, flushes, and can always say what became of a message.
///
/// SAFETY: a world and everything in it belong to one thread.
final class DropEndpoint: CallbackEndpoint, @unchecked Sendable {
    let name: String
    let capacity: Int
    let policy: EndpointPolicy
    var preparesBeforeClaim: Bool { true }
    private let box: DropBox
    private unowned let world: World
    private let process: EngineProcess
    private let job: Int
    private var reporter: EndpointReporter?
    private var underWay = 0
    private var whenIdle: (@Sendable () -> Void)?

    init(_ box: DropBox, job: Int, _ process: EngineProcess, _ world: World) {
        self.box = box
        self.job = job
        self.process = process
        self.world = world
        name = box.options.name
        capacity = box.options.capacity
        policy = box.options.policy
    }

    private var fault: EndpointFault { EndpointFault(.unavailable, "no such directory") }

    func attach(_ reporter: EndpointReporter) { self.reporter = reporter }

    func prepare(_ batch: [Delivery]) {
        guard world.mayAct(process, .crashBetweenActions) else { return }
        work { [self] in
            guard !box.isGone, let reporter else {
                reporter?.unprepared(batch, fault)
                return
            }
            var written: [Delivery] = []
            for delivery in batch {
                if world.random.folder.chance(perMille: world.rate(.unrenderable)) {
                    reporter.unrenderable(delivery, RenderingError("no such field"))
                } else {
                    box.prepare("\(delivery.key)")
                    written.append(delivery)
                }
            }
            if box.flushes() { reporter.prepared(written) } else { reporter.unprepared(written, fault) }
        }
    }

    func deliver(_ batch: [Delivery]) {
        guard world.mayAct(process, .crashBetweenCommitAndAction) else { return }
        for delivery in batch { world.oracle.expectClaimed(job, delivery, by: name) }
        work { [self] in
            if world.crashesHere(process, .crashBeforeHandover) { return }
            let outcomes = batch.map(show)
            // The flush comes a little later: a crash may fall between the two.
            work { [self] in
                if world.crashesHere(process, .crashBetweenRenameAndFlush) { return }
                report(batch, outcomes)
            }
        }
    }

    private func show(_ delivery: Delivery) -> DeliveryOutcome {
        if box.isGone { return .notSent(fault) }
        let shown = box.rename("\(delivery.key)", job, delivery.ordinal)
        return shown ? .sent(reply: "\(delivery.key).eml") : .inDoubt(EndpointFault(.unavailable, "no such file"))
    }

    private func report(_ batch: [Delivery], _ outcomes: [DeliveryOutcome]) {
        let isDurable = box.flushes()
        box.settle()
        let reports = zip(batch, outcomes).map { delivery, outcome in
            let report = DeliveryReport(delivery, outcome)
            return isDurable ? report : report.replacingSent(by: .inDoubt(fault))
        }
        reporter?.report(reports)
    }

    func check(_ answer: @escaping @Sendable (EndpointFault?) -> Void) {
        guard world.mayAct(process, .crashBetweenActions) else { return }
        work { [self] in answer(box.isGone ? fault : nil) }
    }

    func probe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void) {
        guard world.mayAct(process, .crashBeforeProbe) else { return }
        world.marks.hit(.claimsProbed)
        process.probesUnderWay += 1
        work { [self] in
            if world.crashesHere(process, .crashWithProbeUnderWay) { return }
            process.probesUnderWay -= 1
            answer(claims.map(verdict))
        }
    }

    private func verdict(_ claim: Delivery) -> ProbeVerdict {
        if box.isGone {
            world.marks.hit(.probeUnknown)
            return .unknown
        }
        let isThere = box.prepared.contains("\(claim.key)")
        world.marks.hit(isThere ? .probeNotAccepted : .probeAccepted)
        return isThere ? .notAccepted : .accepted
    }

    func close(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void) {
        guard process.isAlive else { return }
        if underWay == 0 { done() } else { whenIdle = done }
    }

    private func work(_ body: @escaping () -> Void) {
        underWay += 1
        world.plan(after: box.latency(), in: process) { [self] in
            body()
            underWay -= 1
            guard process.isAlive else { return }
            process.wake()
            if underWay == 0, let whenIdle {
                self.whenIdle = nil
                whenIdle()
            }
        }
    }
}
