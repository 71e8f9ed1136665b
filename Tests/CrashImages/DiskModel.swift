import CampaignLog

/// A disk that keeps what was flushed, and of the rest whatever it likes.
struct DiskModel {
    /// Whether flushes do what they promise. A disk that lies answers them and keeps nothing for another `lag` flushes;
    /// synchronous writes are kept, so that a commit record overtakes its pages.
    enum Flushes: Equatable {
        case honest
        case lying
    }

    let trace: Trace
    let flushes: Flushes
    /// What a reader may see before the first commit, and after each.
    let views: [StoreView]
    let accepted: [Message]
    let prepared: [Message]

    init(_ trace: Trace, flushes: Flushes = .honest) throws {
        self.trace = trace
        self.flushes = flushes
        let marks = trace.records.compactMap { if case .mark(let line) = $0 { Mark(line) } else { nil } }
        views = try [StoreView(MemoryEventStore())] + marks.compactMap { if case .acknowledged(let view) = $0 { view } else { nil } }
        accepted = marks.compactMap { if case .accepted(let message) = $0 { message } else { nil } }
        prepared = marks.compactMap { if case .prepared(let message) = $0 { message } else { nil } }
    }

    /// Walks the trace; `body` returns false to end the walk.
    func forEachCrashPoint(_ body: (CrashPoint) async throws -> Bool) async throws {
        var state = WalkState()
        for record in trace.records {
            if endsAPoint(record), !state.pending.isEmpty {
                guard try await body(state.point(views)) else { return }
                state.number += 1
                state.acceptedBefore = state.accepted
            }
            state.take(record, flushes)
        }
        _ = try await body(state.point(views))
    }

    private func endsAPoint(_ record: TraceRecord) -> Bool {
        record == .flushEnded || record == .writeEnded
    }
}

private struct WalkState {
    var number = 0
    var durable: [UInt8] = []
    var pending: [PendingWrite] = []
    /// Pending writes issued before the flush that is under way: what it promises.
    var promised = 0
    var acknowledged = 0
    var accepted = 0
    var acceptedBefore = 0
    var prepared = 0

    mutating func take(_ record: TraceRecord, _ flushes: DiskModel.Flushes) {
        switch record {
        case .writeBegan(let offset, let bytes, let isSynchronous):
            pending.append(PendingWrite(offset: offset, bytes: bytes, isSynchronous: isSynchronous))
        case .extended(let sizeBytes):
            pending.append(PendingWrite(offset: sizeBytes, bytes: []))
        case .flushBegan:
            promised = pending.count
        case .flushEnded where flushes == .lying:
            // It keeps what an earlier flush promised: everything before the newest commit record.
            settle(pending.lastIndex { $0.isCertain } ?? 0)
        case .flushEnded:
            settle(promised)
        case .writeEnded:
            if let index = pending.lastIndex(where: { $0.isSynchronous }) {
                pending[index].isCertain = true
                pending[index].isSynchronous = false
            }
            if pending.allSatisfy(\.isCertain) { settle(pending.count) }
        case .mark(let line):
            switch Mark(line) {
            case .acknowledged: acknowledged += 1
            case .accepted: accepted += 1
            case .prepared: prepared += 1
            case nil: break
            }
        case .unknown:
            break
        }
    }

    /// The first `count` pending writes are on the disk for good.
    private mutating func settle(_ count: Int) {
        for write in pending.prefix(count) { durable.apply(write) }
        pending.removeFirst(count)
        promised = 0
    }

    func point(_ views: [StoreView]) -> CrashPoint {
        let isCommitting = pending.contains { $0.isSynchronous }
        return CrashPoint(
            number: number, durable: durable, pending: pending,
            views: views[acknowledged..<min(views.count, acknowledged + (isCommitting ? 2 : 1))],
            acceptedBefore: acceptedBefore, acceptedAfter: accepted, preparedAfter: prepared)
    }
}

extension [UInt8] {
    /// Writes as a file does: growing it, with zeros where nothing was written.
    mutating func apply(_ write: PendingWrite) {
        grow(to: write.end)
        if !write.bytes.isEmpty { replaceSubrange(write.offset..<write.end, with: write.bytes) }
    }

    mutating func grow(to size: Int) {
        if size > count { append(contentsOf: repeatElement(0, count: size - count)) }
    }
}
