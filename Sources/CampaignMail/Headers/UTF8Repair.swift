/// Well-formed UTF-8 out of any octets.
enum UTF8Repair {
    /// Appends `bytes`, each ill-formed part replaced by U+FFFD (as the Unicode standard's §3.9 recommends).
    /// Allocates only where something has to be repaired.
    static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        if isValid(bytes) {
            output.append(bytes)
        } else {
            unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe output.append(contentsOf: String(decoding: buffer, as: UTF8.self).utf8)
            }
        }
    }

    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }
}
