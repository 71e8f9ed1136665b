/// A part of a pending write that a disk keeps or loses as a whole: a sector of it, or a change of the file's length.
struct Atom: Equatable {
    /// Index in `CrashPoint.pending`.
    var write: Int
    /// Byte offsets in the file; empty for a change of length.
    var range: Range<Int>
}

/// One file that a power cut at one point may leave.
struct CrashImage: Equatable {
    /// Names an image: the crash point's number and the image's own, both from 0.
    struct Name: Hashable, CustomStringConvertible {
        var point: Int
        var image: Int

        init(point: Int, image: Int) {
            self.point = point
            self.image = image
        }

        init?(_ text: String) {
            let numbers = text.split(separator: ".").compactMap { Int($0) }
            guard numbers.count == 2 else { return nil }
            self.init(point: numbers[0], image: numbers[1])
        }

        var description: String { "\(point).\(image)" }
    }

    var name: Name
    /// By atom: what the disk has kept.
    var kept: [Bool]
    /// Whether the file's new length was kept even where its bytes were not.
    var keepsLength: Bool
}

extension CrashPoint {
    static let sectorSizeBytes = 512
    static let pageSizeBytes = 4096

    /// Pending writes that may be lost, cut where the file's blocks of this size meet.
    func atoms(ofBytes blockSizeBytes: Int = sectorSizeBytes) -> [Atom] {
        pending.indices.filter { !pending[$0].isCertain }.flatMap { index -> [Atom] in
            let write = pending[index]
            guard !write.bytes.isEmpty else { return [Atom(write: index, range: write.offset..<write.offset)] }
            let first = write.offset / blockSizeBytes
            let last = (write.end - 1) / blockSizeBytes
            return (first...last).map { block in
                Atom(
                    write: index,
                    range: max(write.offset, block * blockSizeBytes)..<min(write.end, (block + 1) * blockSizeBytes))
            }
        }
    }

    /// The file's bytes after the power cut.
    func bytes(of image: CrashImage) -> [UInt8] {
        var file = durable
        var kept = zip(atoms(), image.kept).makeIterator()
        var next = kept.next()
        // In the order in which they were issued: a later write to the same place wins.
        for (index, write) in pending.enumerated() {
            if write.isCertain { file.apply(write) }
            while let (atom, isKept) = next, atom.write == index {
                if isKept {
                    let bytes = write.bytes.isEmpty ? [] : write.bytes(in: atom.range)
                    file.apply(PendingWrite(offset: atom.range.lowerBound, bytes: bytes))
                }
                next = kept.next()
            }
        }
        if image.keepsLength { file.grow(to: lengthMax) }
        return file
    }

    /// The drop directory after the same power cut.
    func folder(of image: CrashImage, seed: UInt64) -> Folder {
        folder.folder(seed: seed ^ (UInt64(image.name.point) << 32 | UInt64(image.name.image)))
    }

    /// The file's length in bytes when everything is kept.
    var lengthMax: Int { pending.reduce(durable.count) { max($0, $1.end) } }

    /// The file's length in bytes when just `kept` is kept.
    func length(keeping kept: [Bool]) -> Int {
        let certain = pending.reduce(durable.count) { $1.isCertain ? max($0, $1.end) : $0 }
        return zip(atoms(), kept).reduce(certain) { $1.1 ? max($0, $1.0.range.upperBound) : $0 }
    }
}

extension PendingWrite {
    fileprivate func bytes(in range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[bytes.startIndex + range.lowerBound - offset..<bytes.startIndex + range.upperBound - offset]
    }
}
