import CampaignDomain
import CampaignEngine
import Foundation
import Synchronization

/// The directory's two threads. One makes messages and writes them into `tmp/`; the other renames what is claimed, and flushes:
/// both the renames and what the first has written until then. So files are written while others are being flushed.
final class DropWorker: Sendable {
    private enum Writing {
        case prepare([Delivery])
        case close(@Sendable () -> Void)
    }

    private enum Showing {
        /// In `tmp/`, each file complete: durable after the next flush.
        case written([Delivery], DropHandles)
        case deliver([Delivery])
        case check(@Sendable (EndpointFault?) -> Void)
        case probe([Delivery], @Sendable ([ProbeVerdict]) -> Void)
        case close([@Sendable () -> Void])
    }

    /// So many files are worth a flush, and a commit of their claims: with more at a time, the one thread would wait for the
    /// other.
    private static let groupMax = 256

    private let path: String
    private let folder: DropFolder
    private let writing = DropTray<Writing>()
    private let showing = DropTray<Showing>()
    private let hasStarted = Mutex(false)

    init(path: String) {
        self.path = path
        folder = DropFolder(path: path)
    }

    func prepare(_ batch: [Delivery]) { _ = writing.put(.prepare(batch)) }

    func deliver(_ batch: [Delivery]) { _ = showing.put(.deliver(batch)) }

    /// Before the endpoint is attached nobody works for it: the question is then answered at once, and makes nothing.
    func check(_ done: @escaping @Sendable (EndpointFault?) -> Void) {
        guard hasStarted.withLock({ $0 }) else { return done(DropFolder.outlook(path)) }
        if !showing.put(.check(done)) { done(EndpointFault(.unavailable, "the drop directory is closed")) }
    }

    func probe(_ claims: [Delivery], _ done: @escaping @Sendable ([ProbeVerdict]) -> Void) {
        if !showing.put(.probe(claims, done)) { done(claims.map { _ in .unknown }) }
    }

    /// Everything that was asked for before is done, and reported, before `done` is called.
    func close(_ done: @escaping @Sendable () -> Void) {
        if !writing.put(.close(done)), !showing.put(.close([done])) { done() }
    }

    func start(_ reporter: EndpointReporter) {
        hasStarted.withLock { $0 = true }
        startThread("campaign-drop") { [self] in
            // A first trouble shows with the first work; nothing is known to be wrong until then.
            _ = folder.open(creating: true)
            startThread("campaign-write") { [self] in write(reporter) }
            show(reporter)
        }
    }

    private func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            Thread.current.name = name
            body()
        }
        thread.start()
    }

    // The thread that writes

    private func write(_ reporter: EndpointReporter) {
        var writer = DropFileWriter(folder)
        while true {
            var answers: [@Sendable () -> Void] = []
            for item in writing.take() {
                switch item {
                case .prepare(let batch): write(batch, with: &writer, reporter)
                case .close(let done): answers.append(done)
                }
            }
            guard !answers.isEmpty else { continue }
            for case .close(let done) in writing.close() { answers.append(done) }
            // A second closing may have come before it there: then all is done.
            if !showing.put(.close(answers)) { for answer in answers { answer() } }
            return
        }
    }

    private func write(_ batch: [Delivery], with writer: inout DropFileWriter, _ reporter: EndpointReporter) {
        var rest = batch[...]
        while !rest.isEmpty {
            var written: [Delivery] = []
            let group = rest.prefix(Self.groupMax)
            written.reserveCapacity(group.count)
            do throws(EndpointFault) {
                let handles = try folder.handles()
                for delivery in group {
                    do throws(DropFileWriter.Failure) {
                        try writer.write(delivery, into: handles)
                        written.append(delivery)
                    } catch {
                        switch error {
                        case .rendering(let reason): reporter.unrenderable(delivery, RenderingError(reason))
                        case .folder(let fault): throw fault
                        }
                    }
                    rest.removeFirst()
                }
                if !written.isEmpty { _ = showing.put(.written(written, handles)) }
            } catch {
                // What follows would fail the same way; what is written is written again later.
                reporter.unprepared(written + rest, error)
                return
            }
        }
    }

    // The thread that renames and flushes

    private func show(_ reporter: EndpointReporter) {
        while true {
            var answers: [@Sendable () -> Void] = []
            let isClosing = perform(showing.take(), reporter, &answers)
            if isClosing {
                for case .close(let more) in showing.close() { answers += more }
            }
            for answer in answers { answer() }
            if isClosing { return }
        }
    }

    /// True when this was the last.
    private func perform(
        _ work: [Showing], _ reporter: EndpointReporter, _ answers: inout [@Sendable () -> Void]
    ) -> Bool {
        var group = DropGroup()
        var isClosing = false
        for item in work {
            switch item {
            case .written(let batch, let handles):
                group.add(written: batch, in: handles)
            case .deliver(let batch):
                group.show(batch, folder)
            case .check(let done):
                let fault = folder.open(creating: false)
                answers.append { done(fault) }
            case .probe(let claims, let done):
                let verdicts = folder.probe(claims)
                answers.append { done(verdicts) }
            case .close(let done):
                answers += done
                isClosing = true
            }
        }
        group.flush(folder, reporter)
        return isClosing
    }
}
