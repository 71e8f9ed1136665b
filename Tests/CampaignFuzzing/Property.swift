/// What must hold for any bytes at all, one case for each reader of outside input.
///
/// The fuzzer searches for bytes that break a property, the tests run it over the corpus in `Fixtures/Corpus`. A trap,
/// a hang or a thrown ``BrokenProperty`` is a defect; refusing the input is not.
package enum Property: String, CaseIterable, Sendable {
    case frame
    case head
    case events
    case fold
    case snapshot
    case machine
    case chunk
    case reply
    case csv
    case jsonl
    case manifest
    case address
    case mailbox
    case endpoint
    case template
    case message

    /// - Throws: ``BrokenProperty``.
    package func check(_ input: [UInt8]) throws {
        switch self {
        case .frame: try FrameProperty.check(input)
        case .head: try HeadProperty.check(input)
        case .events: try EventsProperty.check(input)
        case .fold: try FoldProperty.check(input)
        case .snapshot: try SnapshotProperty.check(input)
        case .machine: try MachineProperty.check(input)
        case .chunk: try ChunkProperty.check(input)
        case .reply: try ReplyProperty.check(input)
        case .csv: try ListProperty.checkTable(input)
        case .jsonl: try ListProperty.checkLines(input)
        case .manifest: try ManifestProperty.check(input)
        case .address: try AddressProperty.check(input)
        case .mailbox: try MailboxProperty.check(input)
        case .endpoint: try EndpointProperty.check(input)
        case .template: try TemplateProperty.check(input)
        case .message: try MessageProperty.check(input)
        }
    }
}

/// A property that does not hold for some input.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String
}

/// Like `precondition`, but with something to catch.
func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(BrokenProperty) {
    if !condition { throw BrokenProperty(description: otherwise()) }
}

/// For what cannot fail: an error is a broken property.
func always<Value>(_ what: String, _ body: () throws -> Value) throws(BrokenProperty) -> Value {
    do {
        return try body()
    } catch {
        throw BrokenProperty(description: "\(what): \(error)")
    }
}
