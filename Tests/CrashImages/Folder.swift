/// One change of a drop directory's files. Names are relative to it.
enum FolderChange: Equatable {
    /// At offset 0 the file is made, or made anew.
    case written(String, offset: Int, bytes: ArraySlice<UInt8>)
    case renamed(String, String)
}

/// The files of a drop directory.
struct Folder: Equatable {
    /// Never iterated where order matters.
    private(set) var files: [String: [UInt8]] = [:]

    /// Says that the directory is the one that messages were written to.
    static let marker = "tmp/.campaign"

    mutating func apply(_ change: FolderChange) {
        switch change {
        case .written(let name, let offset, let bytes):
            var file = offset == 0 ? [] : files[name] ?? []
            file.apply(PendingWrite(offset: offset, bytes: bytes))
            files[name] = file
        case .renamed(let name, let new):
            // What was never made cannot be renamed.
            if let file = files.removeValue(forKey: name) { files[new] = file }
        }
    }

    mutating func mark() { files[Self.marker] = [] }

    /// A file of which only so much has reached the disk.
    mutating func apply(_ change: FolderChange, cutTo sizeBytes: Int) {
        guard case .written(let name, let offset, let bytes) = change else { return }
        apply(.written(name, offset: offset, bytes: bytes.prefix(sizeBytes)))
    }
}

/// A drop directory at a crash point: what was flushed, and what need not have been kept.
struct FolderRemains {
    var flushed = Folder()
    var pending: [FolderChange] = []
    /// Pending changes from before the flush that is under way.
    private var promised = 0

    mutating func take(_ record: TraceRecord) {
        switch record {
        case .folder(let change):
            pending.append(change)
        case .folderFlushBegan:
            promised = pending.count
        case .folderFlushEnded:
            for change in pending.prefix(promised) { flushed.apply(change) }
            pending.removeFirst(promised)
            promised = 0
            flushed.mark()
        default:
            break
        }
    }

    /// One folder that a power cut may leave: nothing of what is pending, all of it, or any part; a rename as a whole,
    /// a file's bytes also in part. The same seed gives the same folder.
    func folder(seed: UInt64) -> Folder {
        var random = SeededRandom(seed: seed)
        let sixteenths = [0, 16, 4, 8, 12][random.next(below: 5)]
        var folder = flushed
        for change in pending {
            if random.next(below: 16) < sixteenths {
                folder.apply(change)
            } else if sixteenths > 0, case .written(_, _, let bytes) = change, random.next(below: 2) == 0 {
                folder.apply(change, cutTo: random.next(below: bytes.count + 1))
            }
        }
        return folder
    }
}
