/// A server's complete reply (RFC 5321 §4.2).
///
///     S: 250-mx.example greets you
///     S: 250 SIZE 10240000
///
/// Text stays as the bytes that were received: most replies are only ever looked at for their code.
package struct Reply: Hashable, Sendable {
    /// The three digits, 200…599.
    package let code: UInt16
    /// The text of all lines without code and separator, joined by LF. Within a line any byte may occur but LF.
    package let textBytes: [UInt8]

    package init(code: UInt16, textBytes: [UInt8]) {
        self.code = code
        self.textBytes = textBytes
    }

    package init(code: UInt16, text: String) {
        self.init(code: code, textBytes: Array(text.utf8))
    }

    package var isSuccess: Bool { code / 100 == 2 }
    package var isIntermediate: Bool { code / 100 == 3 }
    package var isTemporaryFailure: Bool { code / 100 == 4 }
    package var isPermanentFailure: Bool { code / 100 == 5 }

    /// The enhanced status code that opens the first line, if any.
    ///
    /// Its class digit is the server's word and may contradict `code`; what a reply means is then decided by `code`.
    package var enhancedStatusCode: EnhancedStatusCode? { EnhancedStatusCode(prefixOf: textBytes) }

    /// The text fit for people and logs: broken UTF-8 and control characters become U+FFFD, lines are joined by LF.
    ///
    /// Controls are replaced because the text ends up on terminals, which obey them.
    package var text: String { String(escapingControlsIn: textBytes) }
}

extension Reply: CustomStringConvertible {
    package var description: String { textBytes.isEmpty ? "\(code)" : "\(code) \(text)" }
}

extension String {
    /// Decodes UTF-8, with U+FFFD for what is not UTF-8 and for C0 (other than LF), DEL and C1 control characters.
    init(escapingControlsIn bytes: some Collection<UInt8>) {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isControl = (scalar.value < 0x20 && scalar != "\n") || (0x7F...0x9F).contains(scalar.value)
            text.append(isControl ? "\u{FFFD}" : scalar)
        }
        self.init(text)
    }
}
