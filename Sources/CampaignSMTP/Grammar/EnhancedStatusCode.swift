/// The enhanced mail system status code of a reply (RFC 3463 §2, carried in replies by RFC 2034).
///
/// `S: 550 5.1.1 No such mailbox` carries class 5, subject 1, detail 1.
package struct EnhancedStatusCode: Hashable, Sendable {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    package let classDigit: UInt8
    /// What the status is about (1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy); 0…999.
    package let subject: UInt16
    /// The particular condition, 0…999.
    package let detail: UInt16

    package init(_ classDigit: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.classDigit = classDigit
        self.subject = subject
        self.detail = detail
    }

    /// Reads the code that opens a reply's text; nil when the text does not open with one.
    ///
    /// The code must end at a space or at the end of the text, so that `5.1.1.example is unknown` is not taken for one.
    package init?(prefixOf text: some RandomAccessCollection<UInt8>) {
        var rest = text[...]
        guard let first = rest.popFirst(), first == 0x32 || first == 0x34 || first == 0x35,
            let subject = Self.takeNumber(&rest),
            let detail = Self.takeNumber(&rest),
            rest.first.map({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }) ?? true
        else { return nil }
        self.init(first - 0x30, subject, detail)
    }

    /// Takes `"." 1*3DIGIT`.
    private static func takeNumber<Bytes: Collection<UInt8>>(_ rest: inout Bytes) -> UInt16?
    where Bytes.SubSequence == Bytes {
        guard rest.popFirst() == 0x2E else { return nil }
        var number: UInt16 = 0
        var digitCount = 0
        while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
            guard digitCount < 3 else { return nil }
            number = number * 10 + UInt16(byte - 0x30)
            digitCount += 1
            rest.removeFirst()
        }
        return digitCount > 0 ? number : nil
    }
}

extension EnhancedStatusCode: CustomStringConvertible {
    package var description: String { "\(classDigit).\(subject).\(detail)" }
}
