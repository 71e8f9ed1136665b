import Foundation

extension AddressForm {
    /// Appends the form in which two spellings of one mailbox are equal: the local part lower-cased, without needless
    /// quotes (RFC 5321 section 4.1.2: the quoted and the plain spelling are one mailbox); the domain lower-cased,
    /// with A-labels. `bytes` are those that this form was made from.
    package func appendNormalised(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        if localPartIsASCII, !localPartIsQuoted {
            for offset in 0..<atOffset { output.append(AddressCharacter.lowercased(bytes[offset])) }
        } else {
            appendLocalPart(bytes, to: &output)
        }
        output.append(UInt8(ascii: "@"))
        if encodedDomain.isEmpty {
            for offset in atOffset + 1..<bytes.count { output.append(AddressCharacter.lowercased(bytes[offset])) }
        } else {
            output.append(contentsOf: encodedDomain)
        }
    }

    private func appendLocalPart(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var content: [UInt8] = []
        content.reserveCapacity(atOffset)
        if localPartIsQuoted {
            var offset = 1
            while offset < atOffset - 1 {
                if bytes[offset] == UInt8(ascii: "\\") { offset += 1 }
                content.append(bytes[offset])
                offset += 1
            }
        } else {
            for offset in 0..<atOffset { content.append(bytes[offset]) }
        }
        if localPartIsASCII {
            content = content.map(AddressCharacter.lowercased)
        } else {
            content = Self.foldedCase(content)
        }
        guard !Self.isDotString(content) else {
            output.append(contentsOf: content)
            return
        }
        output.append(UInt8(ascii: "\""))
        for byte in content {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
            output.append(byte)
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Lower-cased without a locale, then NFC. Composing first makes canonically equal spellings lower-case alike.
    private static func foldedCase(_ content: [UInt8]) -> [UInt8] {
        let composed = String(decoding: content, as: UTF8.self).precomposedStringWithCanonicalMapping
        // Both small sigmas have one capital, which lower-cases to σ.
        let lower = String(String.UnicodeScalarView(composed.lowercased().unicodeScalars.map { $0 == "ς" ? "σ" : $0 }))
        return Array(lower.precomposedStringWithCanonicalMapping.utf8)
    }

    private static func isDotString(_ content: [UInt8]) -> Bool {
        var atomIsEmpty = true
        for byte in content {
            if byte == UInt8(ascii: ".") {
                guard !atomIsEmpty else { return false }
                atomIsEmpty = true
            } else {
                guard byte >= 0x80 || AddressCharacter.isAtom(byte) else { return false }
                atomIsEmpty = false
            }
        }
        return !atomIsEmpty
    }
}
