import CampaignLog

/// A disk that keeps what was flushed, and of the rest whatever it likes.
struct DiskModel {
    /// What is broken on purpose, to see that it is found out.
    enum Defect: String {
        /// From the first acknowledged commit on, flushes are answered and keep nothing, while synchronous writes are kept:
        /// a commit record overtakes its pages, which are safe one commit later.
        case flushes
        /// Commits are acknowledged before their records are safe.
        case acknowledgements
        /// Flushes of the drop directory are answered and keep nothing.
        case folder
    }

    let trace: Trace
    let defect: Defect?
    /// What a reader may see before the first commit, and after each.
    let views: [StoreView]
    let accepted: [Message]
    let prepared: [Message]

    init(_ trace: Trace, defect: Defect? = nil) throws {
        self.trace = trace
        self.defect = defect
        let marks = trace.records.compactMap { if case .mark(let line) = $0 { Mark(line) } else { nil } }
        views =
            try [StoreView(MemoryEventStore())]
            + marks.compactMap { if case .acknowledged(let view) = $0 { view } else { nil } }
        accepted = marks.compactMap { if case .accepted(let message) = $0 { message } else { nil } }
        prepared = marks.compactMap { if case .prepared(let message) = $0 { message } else { nil } }
    }

    /// Walks the trace; `body` returns false to end the walk.
    func forEachCrashPoint(_ body: (CrashPoint) async throws -> Bool) async throws {
        // A file that was not made under another name has been there from the beginning.
        var state = WalkState(isNamed: !trace.records.contains(.named))
        for record in trace.records {
            if endsAPoint(record), state.isNamed, !state.pending.isEmpty {
                guard try await body(state.point(views, defect)) else { return }
                state.number += 1
                state.acceptedBefore = state.accepted
            }
            state.take(record, defect)
        }
        _ = try await body(state.point(views, defect))
    }

    /// The file with every write of the trace.
    func fileAtEnd() async throws -> [UInt8] {
        var file: [UInt8] = []
        try await forEachCrashPoint { point in
            file = point.durable
            for write in point.pending { file.apply(write) }
            return true
        }
        return file
    }

    private func endsAPoint(_ record: TraceRecord) -> Bool {
        record == .flushEnded || record == .writeEnded
    }
}

private struct WalkState {
    var isNamed: Bool
    var number = 0
    var durable: [UInt8] = []
    var pending: [PendingWrite] = []
    /// Pending writes issued before the flush that is under way: what it promises.
    var promised = 0
    var acknowledged = 0
    var accepted = 0
    var acceptedBefore = 0
    var prepared = 0
    var folder = FolderRemains()

    mutating func take(_ record: TraceRecord, _ defect: DiskModel.Defect?) {
        switch record {
        case .writeBegan(let offset, let bytes, let isSynchronous):
            pending.append(PendingWrite(offset: offset, bytes: bytes, isSynchronous: isSynchronous))
        case .extended(let sizeBytes):
            pending.append(PendingWrite(offset: sizeBytes, bytes: []))
        case .flushBegan:
            promised = pending.count
        case .flushEnded where defect == .flushes && acknowledged > 0:
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
        case .named:
            isNamed = true
            acceptedBefore = accepted
        case .folderFlushEnded where defect == .folder:
            folder.flushed.mark()
        case .folder, .folderFlushBegan, .folderFlushEnded:
            folder.take(record)
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

    func point(_ views: [StoreView], _ defect: DiskModel.Defect?) -> CrashPoint {
        let isCommitting = pending.contains { $0.isSynchronous }
        let newest = min(views.count - 1, acknowledged + (isCommitting ? 1 : 0))
        let oldest = defect == .acknowledgements ? newest : acknowledged
        return CrashPoint(
            number: number, durable: durable, pending: pending,
            views: views[oldest...newest],
            acceptedBefore: acceptedBefore, acceptedAfter: accepted, preparedAfter: prepared, folder: folder)
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
