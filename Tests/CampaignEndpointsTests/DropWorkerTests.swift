import CampaignDomain
import Foundation
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

@Suite("The drop directory's two threads, with the test in the engine's place")
struct DropWorkerTests {
    /// More than two groups.
    private static let count = 600

    @Test("Messages are prepared in groups, so that the first can be claimed while the next is being written")
    func groups() async throws {
        let scratch = try Scratch()
        let deliveries = try await Sample.deliveries(Self.count, scratch)
        let bench = DropBench(scratch.path + "/out")
        bench.worker.prepare(deliveries)
        await bench.close()
        let groups = bench.prepared
        #expect(groups.count > 1)
        #expect(groups.allSatisfy { $0.count <= 256 })
        #expect(groups.flatMap { $0 } == deliveries.map(\.ordinal))
    }

    @Test("Closing comes after everything that was asked for before: it is written, flushed, shown and reported")
    func close() async throws {
        let scratch = try Scratch()
        let deliveries = try await Sample.deliveries(Self.count, scratch)
        let path = scratch.path + "/out"
        let first = DropBench(path)
        first.worker.prepare(deliveries)
        await first.close()
        #expect(first.prepared.joined().count == Self.count)
        // Nobody else writes there: what one has prepared another can show.
        let second = DropBench(path)
        second.worker.deliver(deliveries)
        await second.close()
        #expect(second.outcomes.map(\.ordinal) == deliveries.map(\.ordinal))
        #expect(
            second.outcomes.map(\.outcome) == deliveries.map { .sent(reply: "\($0.key).eml") },
            "every one is shown, and none before its file was whole")
        let files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "tmp" }
        #expect(files.count == Self.count)
    }

    @Test(
        "What cannot be written is reported with all that follows in its batch; what was written before stays prepared")
    func refused() async throws {
        let scratch = try Scratch()
        let deliveries = try await Sample.deliveries(Self.count, scratch)
        let path = scratch.path + "/out"
        // A directory where a file is to be: in the second group.
        try FileManager.default.createDirectory(
            atPath: "\(path)/tmp/\(deliveries[300].key)", withIntermediateDirectories: true)
        let bench = DropBench(path)
        bench.worker.prepare(deliveries)
        await bench.close()
        #expect(bench.prepared.joined().elementsEqual(deliveries[..<256].map(\.ordinal)))
        #expect(bench.unprepared == deliveries[256...].map(\.ordinal))
    }
}

/// A worker, and what it has told the engine.
private final class DropBench {
    let worker: DropWorker
    private let inbox = Inbox()
    private(set) var prepared: [[Ordinal]] = []
    private(set) var unprepared: [Ordinal] = []
    private(set) var outcomes: [DeliveryReport] = []

    init(_ path: String) {
        worker = DropWorker(path: path)
        worker.start(EndpointReporter(inbox: inbox))
    }

    /// Waits for the worker's end, and takes what it has reported until then: nothing comes after it.
    func close() async {
        await withCheckedContinuation { continuation in worker.close { continuation.resume() } }
        var messages: [Message] = []
        inbox.take(into: &messages, waitMilliseconds: 0)
        for message in messages {
            switch message {
            case .prepared(_, _, let batch): prepared.append(batch.map(\.ordinal))
            case .unprepared(_, _, let batch, _): unprepared += batch.map(\.ordinal)
            case .reports(let reports): outcomes += reports
            default: break
            }
        }
    }
}
