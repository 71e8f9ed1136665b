/// What makes a message the same message: derived from job, address and revision, never stored, never guessed.
///
/// It is the first 128 bits of SHA-256 over ``preimage(job:address:revision:)``, written as 26 characters of
/// base32 (RFC 4648 alphabet, lower case, no padding). It becomes the Message-ID's local part and the drop file's name.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Length of the written form in characters.
    package static let lengthCharacters = 26

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// Reads the written form; nil for anything that is not 26 characters of the alphabet or does not fit 128 bits.
    public init?(_ text: some StringProtocol) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        var count = 0
        for character in text.utf8 {
            guard let digit = Self.digit(character), count < Self.lengthCharacters else { return nil }
            count += 1
            if count == Self.lengthCharacters {
                // The last character carries the last three bits; its lower two are zero.
                guard digit & 0b11 == 0 else { return nil }
                high = high << 3 | low >> 61
                low = low << 3 | digit >> 2
            } else {
                high = high << 5 | low >> 59
                low = low << 5 | digit
            }
        }
        guard count == Self.lengthCharacters else { return nil }
        self.init(high: high, low: low)
    }

    private static func digit(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character - UInt8(ascii: "a"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt64(character - UInt8(ascii: "2") + 26)
        default: nil
        }
    }

    public var description: String {
        unsafe String(unsafeUninitializedCapacity: Self.lengthCharacters) { buffer in
            for position in 0..<25 {
                let shift = 128 - 5 * (position + 1)
                let digit =
                    shift >= 64
                    ? high >> UInt64(shift - 64)
                    : (high << UInt64(64 - shift)) | (low >> UInt64(shift))
                unsafe buffer[position] = Self.alphabet[Int(digit & 31)]
            }
            unsafe buffer[25] = Self.alphabet[Int((low & 0b111) << 2)]
            return Self.lengthCharacters
        }
    }

    /// The bytes whose SHA-256 gives the key. Lengths come first, so that no two inputs share a preimage.
    package static func preimage(job: some Sequence<UInt8>, address: some Sequence<UInt8>, revision: UInt32) -> [UInt8]
    {
        preimagePrefix(job: job, revision: revision) + address
    }

    /// What all preimages of a job begin with; the normalised address follows.
    package static func preimagePrefix(job: some Sequence<UInt8>, revision: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        let job = Array(job)
        bytes.reserveCapacity(job.count + 64)
        unsafe withUnsafeBytes(of: UInt32(truncatingIfNeeded: job.count).littleEndian) {
            unsafe bytes.append(contentsOf: $0)
        }
        bytes.append(contentsOf: job)
        unsafe withUnsafeBytes(of: revision.littleEndian) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }
}
