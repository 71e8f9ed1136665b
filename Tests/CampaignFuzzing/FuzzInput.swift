/// Takes an input apart into the choices and pieces that a property needs. An exhausted input gives zeros and nothing.
struct FuzzInput {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Up to a NUL, which is dropped, or all that is left.
    mutating func piece() -> [UInt8] {
        let piece = rest.prefix { $0 != 0 }
        rest = rest.dropFirst(piece.count + 1)
        return Array(piece)
    }

    mutating func text() -> String { String(decoding: piece(), as: UTF8.self) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        let taken = rest.prefix(count)
        rest = rest.dropFirst(taken.count)
        return Array(taken)
    }

    mutating func remainder() -> [UInt8] {
        defer { rest = [] }
        return Array(rest)
    }
}

extension [UInt8] {
    /// Writes a little-endian number over eight bytes; nothing where they are not there.
    mutating func overwrite(_ number: UInt64, at offset: Int) {
        guard offset + 8 <= count else { return }
        for index in 0..<8 { self[offset + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index))) }
    }

    func number(at offset: Int) -> UInt64 {
        guard offset + 8 <= count else { return 0 }
        return (0..<8).reduce(0) { $0 | UInt64(self[offset + $1]) << (8 * UInt64($1)) }
    }
}
