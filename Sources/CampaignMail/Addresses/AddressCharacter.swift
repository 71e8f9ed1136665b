/// The ASCII classes of the address grammar (RFC 5321 section 4.1.2, RFC 5322 section 3.2.3).
enum AddressCharacter {
    // Bit n of the first word is byte n, of the second word byte n + 64: !#$%&'*+-/0-9=? and A-Z^_`a-z{|}~
    private static let atomLow: UInt64 = 0xA3FF_ACFA_0000_0000
    private static let atomHigh: UInt64 = 0x7FFF_FFFF_C7FF_FFFE

    /// `atext`
    @inline(__always)
    static func isAtom(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? atomLow : atomHigh
        return byte < 128 && word >> UInt64(byte & 63) & 1 == 1
    }

    /// `Let-dig`
    @inline(__always)
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// ASCII only, so that the result depends on no locale and no Unicode version.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
