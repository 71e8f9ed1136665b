import CampaignDomain
import CampaignEngine
import CampaignMail
import Dispatch
import Foundation
import Synchronization

/// The thread that writes files: work that has gathered is done together, under one flush.
final class DropWorker: Sendable {
    enum Work: Sendable {
        case prepare([Delivery])
        case deliver([Delivery])
        case check(@Sendable (EndpointFault?) -> Void)
        case probe([Delivery], @Sendable ([ProbeVerdict]) -> Void)
        case close(@Sendable () -> Void)
    }

    private struct Queue {
        var work: [Work] = []
        var isClosed = false
        var hasStarted = false
    }

    private let path: String
    private let queue = Mutex(Queue())
    private let bell = DispatchSemaphore(value: 0)

    init(path: String) { self.path = path }

    func put(_ work: Work) {
        let isClosed = queue.withLock { queue in
            if !queue.isClosed { queue.work.append(work) }
            return queue.isClosed
        }
        guard isClosed else {
            bell.signal()
            return
        }
        let fault = EndpointFault(.unavailable, "the drop directory is closed")
        switch work {
        case .check(let done): done(fault)
        case .probe(let claims, let done): done(claims.map { _ in .unknown })
        case .close(let done): done()
        case .prepare, .deliver: break
        }
    }

    /// Before the endpoint is attached nobody works for it: the question is then answered at once, and makes nothing.
    func check(_ done: @escaping @Sendable (EndpointFault?) -> Void) {
        if queue.withLock({ $0.hasStarted }) { put(.check(done)) } else { done(DropFolder.outlook(path)) }
    }

    func start(_ reporter: EndpointReporter) {
        queue.withLock { $0.hasStarted = true }
        let thread = Thread { [self] in
            Thread.current.name = "campaign-drop"
            run(reporter)
        }
        thread.start()
    }

    private func run(_ reporter: EndpointReporter) {
        var folder = DropFolder(path: path)
        // A first trouble shows with the first work; nothing is known to be wrong until then.
        _ = folder.open(creating: true)
        var answers: [@Sendable () -> Void] = []
        while true {
            bell.wait()
            let work = queue.withLock { queue in
                defer { queue.work = [] }
                return queue.work
            }
            guard !work.isEmpty else { continue }
            let isClosing = work.contains { if case .close = $0 { true } else { false } }
            answers.removeAll()
            perform(work, &folder, reporter, &answers)
            if isClosing { close(&answers) }
            for answer in answers { answer() }
            if isClosing { return }
        }
    }

    private func close(_ answers: inout [@Sendable () -> Void]) {
        let late = queue.withLock { queue in
            queue.isClosed = true
            defer { queue.work = [] }
            return queue.work
        }
        for case .close(let done) in late { answers.append(done) }
    }

    private func perform(
        _ work: [Work], _ folder: inout DropFolder, _ reporter: EndpointReporter,
        _ answers: inout [@Sendable () -> Void]
    ) {
        var reports: [DeliveryReport] = []
        var prepared: [[Delivery]] = []
        var hasRenamed = false
        for item in work {
            switch item {
            case .deliver(let batch):
                for delivery in batch {
                    let outcome = folder.show(delivery)
                    if case .sent = outcome { hasRenamed = true }
                    reports.append(DeliveryReport(delivery, outcome))
                }
            case .prepare(let batch):
                prepare(batch, &folder, reporter, &prepared)
            case .check(let done):
                let fault = folder.open(creating: false)
                answers.append { done(fault) }
            case .probe(let claims, let done):
                let verdicts = folder.probe(claims)
                answers.append { done(verdicts) }
            case .close(let done):
                answers.append(done)
            }
        }
        guard hasRenamed || !prepared.isEmpty || !reports.isEmpty else { return }
        if let fault = folder.flush() {
            for batch in prepared { reporter.unprepared(batch, fault) }
            // Shown, but perhaps not durably: the file is there or still in tmp/, and the next start finds out which. Until
            // then it must not count as sent.
            reports = reports.map { $0.replacingSent(by: .inDoubt(fault)) }
        } else {
            for batch in prepared { reporter.prepared(batch) }
        }
        reporter.report(reports)
    }

    private func prepare(
        _ batch: [Delivery], _ folder: inout DropFolder, _ reporter: EndpointReporter, _ prepared: inout [[Delivery]]
    ) {
        var written: [Delivery] = []
        written.reserveCapacity(batch.count)
        for (index, delivery) in batch.enumerated() {
            do throws(DropFolder.WriteFailure) {
                try folder.write(delivery)
                written.append(delivery)
            } catch {
                switch error {
                case .rendering(let reason):
                    reporter.unrenderable(delivery, RenderingError(reason))
                case .folder(let fault):
                    // What follows would fail the same way; what is written is written again later.
                    reporter.unprepared(Array(written + batch[index...]), fault)
                    return
                }
            }
        }
        if !written.isEmpty { prepared.append(written) }
    }
}
