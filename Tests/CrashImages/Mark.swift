/// A line in the trace: what the world outside of the disk has been told, or has seen, by then.
enum Mark: Equatable {
    /// A commit has returned; the store reads like this.
    case acknowledged(StoreView)
    /// An endpoint has taken responsibility for a message.
    case accepted(Message)
    /// An endpoint has made a message durable, and shown it to nobody.
    case prepared(Message)

    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard let first = words.first else { return nil }
        let numbers = words.dropFirst().compactMap { UInt64($0) }
        switch (first, numbers.count) {
        case ("acknowledged", 2) where words.count == 4:
            self = .acknowledged(StoreView(nextSequence: numbers[0], fingerprint: numbers[1], root: String(words[3])))
        case ("accepted", 2): self = .accepted(Message(job: UInt32(numbers[0]), ordinal: UInt32(numbers[1])))
        case ("prepared", 2): self = .prepared(Message(job: UInt32(numbers[0]), ordinal: UInt32(numbers[1])))
        default: return nil
        }
    }

    var line: String {
        switch self {
        case .acknowledged(let view): "acknowledged \(view.nextSequence) \(view.fingerprint) \(view.root)"
        case .accepted(let message): "accepted \(message.job) \(message.ordinal)"
        case .prepared(let message): "prepared \(message.job) \(message.ordinal)"
        }
    }
}

/// One recipient of one job.
struct Message: Hashable, CustomStringConvertible {
    var job: UInt32
    var ordinal: UInt32

    var description: String { "message \(ordinal) of job \(job)" }
}
