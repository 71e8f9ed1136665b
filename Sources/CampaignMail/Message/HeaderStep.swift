/// A part of a message's header.
enum HeaderStep: Sendable {
    /// Whole fields that are the same for every recipient.
    case constant([UInt8])
    case to
    /// The octets after the key: `@domain>` and CRLF.
    case messageID(suffix: [UInt8])
    /// `name` with ": ".
    case unstructured(name: [UInt8], CompiledTemplate)
    case mailbox(name: [UInt8], displayName: CompiledTemplate, address: [UInt8])
}
