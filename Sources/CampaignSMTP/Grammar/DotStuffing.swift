package import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The transparent form in which message content crosses DATA (RFC 5321 §4.5.2).
package enum DotStuffing {
    /// Appends the message, dot-stuffed, and the terminator `.` CRLF.
    ///
    /// Whatever the message holds, the output has no bare CR or LF (RFC 5321 §2.3.8): each of CRLF, CR and LF becomes
    /// one CRLF. A last line without end is ended. So the terminator is where it should be and nowhere else.
    package static func write(_ message: [UInt8], into buffer: inout ByteBuffer) {
        // Room for one stuffed dot or added CR in 32 bytes and for the terminator: enough for all but odd messages.
        buffer.reserveCapacity(minimumWritableBytes: message.count + message.count / 32 + 8)
        unsafe message.withUnsafeBytes { bytes in unsafe writeLines(of: bytes, isStuffed: true, into: &buffer) }
        buffer.writeStaticString(".\r\n")
    }

    /// Appends the message as the one chunk of `BDAT n LAST` (RFC 3030 §2), the command before it: the same lines as above,
    /// with neither stuffed dots nor terminator. The command is written last, for only then is the size known.
    package static func writeLastChunk(_ message: [UInt8], into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        precondition(start == buffer.readerIndex, "the room before the chunk would show")
        buffer.reserveCapacity(minimumWritableBytes: commandRoomBytes + message.count + message.count / 32 + 8)
        buffer.writeRepeatingByte(0, count: commandRoomBytes)
        unsafe message.withUnsafeBytes { bytes in unsafe writeLines(of: bytes, isStuffed: false, into: &buffer) }
        let chunkStart = start + commandRoomBytes
        let end = buffer.writerIndex
        let digitCount = String(end - chunkStart).utf8.count
        let commandStart = chunkStart - (5 + digitCount + 7)
        buffer.moveWriterIndex(to: commandStart)
        Command.lastChunk(sizeBytes: end - chunkStart).encode(into: &buffer)
        buffer.moveWriterIndex(to: end)
        buffer.moveReaderIndex(to: commandStart)
    }

    /// `BDAT `, the digits of the largest number there is, ` LAST` CRLF.
    private static let commandRoomBytes = 5 + 19 + 7

    private static func writeLines(
        of bytes: UnsafeRawBufferPointer, isStuffed: Bool, into buffer: inout ByteBuffer
    ) {
        guard let base = bytes.baseAddress else { return }
        let count = bytes.count
        // Everything before `copied` is in the buffer; runs are copied whole, broken only where a byte is added.
        var copied = 0
        var lineStart = 0
        // Searched for again only once passed: else a message of bare CRs would be read once per CR.
        var lineFeed = -1
        while lineStart < count {
            if isStuffed, unsafe bytes[lineStart] == 0x2E {
                unsafe buffer.writeBytes(bytes[copied..<lineStart])
                buffer.writeInteger(0x2E as UInt8)
                copied = lineStart
            }
            if lineFeed < lineStart {
                lineFeed = unsafe offset(of: 0x0A, in: base, from: lineStart, to: count) ?? count
            }
            let carriageReturn = unsafe offset(of: 0x0D, in: base, from: lineStart, to: lineFeed) ?? lineFeed
            if carriageReturn + 1 == lineFeed, lineFeed < count {
                lineStart = lineFeed + 1
            } else {
                let lineEnd = min(carriageReturn, lineFeed)
                unsafe buffer.writeBytes(bytes[copied..<lineEnd])
                buffer.writeStaticString("\r\n")
                lineStart = lineEnd + 1
                copied = lineStart
            }
        }
        if copied < count { unsafe buffer.writeBytes(bytes[copied..<count]) }
    }

    private static func offset(
        of byte: Int32,
        in base: UnsafeRawPointer,
        from start: Int,
        to end: Int
    ) -> Int? {
        guard let found = unsafe memchr(base + start, byte, end - start) else { return nil }
        return unsafe UnsafeRawPointer(found) - base
    }
}
