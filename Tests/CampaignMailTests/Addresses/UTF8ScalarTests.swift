import CampaignMail
import Testing

@Suite("Scalars out of untrusted UTF-8")
struct UTF8ScalarTests {
    @Test("agrees with the standard library on all sequences of two bytes and on many longer ones")
    func agreesWithStandardLibrary() {
        let tails: [[UInt8]] = [[], [0x80], [0xBF], [0x80, 0x80], [0xBF, 0xBF], [0x41], [0x80, 0x41]]
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for tail in tails {
                    let bytes = [first, second] + tail
                    let isValid = String(validating: bytes, as: UTF8.self) != nil
                    let fault = UTF8Scalar.firstFault(in: bytes.span, 0..<bytes.count)
                    if isValid != (fault == nil) { Issue.record("\(bytes)") }
                }
            }
        }
    }

    @Test("reads each scalar's value and length", arguments: ["a", "é", "ก", "€", "\u{FFFD}", "🌸", "\u{10FFFF}"])
    func value(_ text: String) throws {
        let bytes = Array(text.utf8)
        let read = UTF8Scalar(in: bytes.span, at: 0)
        let scalar = try #require(read)
        #expect(scalar.value == text.unicodeScalars.first?.value)
        #expect(scalar.lengthBytes == bytes.count)
        let outside = [UTF8Scalar(in: bytes.span, at: bytes.count), UTF8Scalar(in: bytes.span, at: -1)]
        #expect(outside == [nil, nil])
    }
}
