import CampaignDomain
import CampaignLog

/// What a flight record begins with: whose it is. 256 bytes, little-endian.
///
/// | bytes | |
/// |---|---|
/// | 0–7 | `CAMPFLT1` |
/// | 8–15 | number of slots |
/// | 16–23 | epoch |
/// | 24–31 | job |
/// | 32–39 | inode of the journal's file |
/// | 40–47 | inode of the record itself |
/// | 48–111 | boot id, padded with zeros |
/// | 112–175 | machine's identity, padded with zeros |
/// | 248–255 | XXH64 of the bytes before |
struct FlightHeader: Hashable {
    var name: FlightName
    var place: FlightPlace
    var slots: Int
    var fileNumber: UInt64

    static let words = 32
    /// A record with this many slots is a few megabytes long; the engine asks for two for each message in hand.
    static let slotsMax = 1 << 17
    static var sizeMaxBytes: Int { (words + slotsMax * FlightSlot.words) * 8 }

    /// The last digit is the format's version.
    private static let magic = word(Array("CAMPFLT1".utf8)[...])
    private static let textSizeBytes = 64

    /// Without the checksum.
    private var encoded: [UInt64] {
        var words: [UInt64] = [
            Self.magic, UInt64(slots), name.epoch, UInt64(name.job.rawValue), place.journal, fileNumber,
        ]
        for text in [place.bootID, place.hostID] {
            var bytes = Array(text.utf8.prefix(Self.textSizeBytes))
            bytes += [UInt8](repeating: 0, count: Self.textSizeBytes - bytes.count)
            for start in stride(from: 0, to: Self.textSizeBytes, by: 8) {
                words.append(Self.word(bytes[start..<start + 8]))
            }
        }
        words += [UInt64](repeating: 0, count: Self.words - 1 - words.count)
        return words
    }

    /// Also what the slots' checks are seeded with: a slot of another record never fits.
    var checksum: UInt64 {
        var bytes: [UInt8] = []
        for word in encoded {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return XXH64.hash(bytes)
    }

    func write(to memory: SharedMemory) {
        for (index, word) in encoded.enumerated() { memory.store(word, at: index) }
        memory.store(checksum, at: Self.words - 1)
    }

    /// Whether `memory` is a whole record with this header.
    func isOf(_ memory: SharedMemory) -> Bool {
        guard memory.count == Self.words + slots * FlightSlot.words, memory.load(Self.words - 1) == checksum else {
            return false
        }
        return encoded.enumerated().allSatisfy { memory.load($0.offset) == $0.element }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
