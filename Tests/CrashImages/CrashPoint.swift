/// A write that the disk has taken and need not have kept.
struct PendingWrite: Equatable {
    var offset: Int
    /// Empty when only the file's length changed, to `offset`.
    var bytes: ArraySlice<UInt8>
    /// Goes into every image: a synchronous write that has returned while earlier writes are still unflushed.
    var isCertain = false
    var isSynchronous = false

    var end: Int { offset + bytes.count }
}

/// The last moment before something becomes durable: everything that the disk may have kept or lost is on the table, and so
/// is every earlier moment since the flush before, for its images are a part of these.
struct CrashPoint {
    /// From 0, in the order of the trace.
    var number: Int
    /// The file as the last flush left it.
    var durable: [UInt8]
    var pending: [PendingWrite]
    /// What readers may find: the newest acknowledged view, and the one in flight if its commit record is under way.
    var views: ArraySlice<StoreView>
    /// Accepted when the pending writes began, and by the time they were flushed; counts of `DiskModel.accepted`.
    var acceptedBefore: Int
    var acceptedAfter: Int
    var preparedAfter: Int
    /// The drop directory at the same moment.
    var folder = FolderRemains()

    var hasCommitRecord: Bool { pending.contains { $0.isSynchronous } }
}
