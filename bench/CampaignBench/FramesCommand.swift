import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignLog
import Foundation

/// The frames of a log and its events as plain records, for rivals that are to keep the same.
struct FramesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames", abstract: "Writes the sizes of a log's frames, and its events as records, to files.")

    @Argument(help: "The journal's directory.") var journal: String
    @Argument(help: "Gets each frame's size and count of events, as pairs of 32-bit numbers.") var framesFile: String
    @Argument(help: "Gets each event's record: its size in one byte, then kind, endpoint, ordinal, text.")
    var recordsFile: String

    func run() throws {
        let frames = try output(framesFile)
        let records = try output(recordsFile)
        let store = try LMDBEventStore.open(directory: journal, mode: .reader)
        var (sizes, bytes): ([UInt8], [UInt8]) = ([], [])
        try store.scan(from: 1) { header, payload in
            append(UInt32(FrameHeader.sizeBytes + header.payloadSizeBytes), to: &sizes)
            append(header.count, to: &sizes)
            for event in try EventCursor.events(payload, count: header.count) { append(event, to: &bytes) }
            if bytes.count > 1 << 20 { try write(&bytes, records) }
            return true
        }
        try write(&sizes, frames)
        try write(&bytes, records)
        try store.close()
    }

    private func output(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("\(path) cannot be written") }
        return file
    }

    private func write(_ bytes: inout [UInt8], _ file: FileHandle) throws {
        try file.write(contentsOf: Data(bytes))
        bytes.removeAll(keepingCapacity: true)
    }

    private func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Other events than a recipient's are few: they are kept as their kind alone.
    private func append(_ event: Event, to bytes: inout [UInt8]) {
        var record = [event.kind.rawValue, 0]
        guard case .recipient(let ordinal, let change) = event else {
            append(0, to: &record)
            bytes.append(UInt8(record.count))
            bytes.append(contentsOf: record)
            return
        }
        append(ordinal, to: &record)
        switch change {
        case .sent(let endpoint, let text), .failed(let endpoint, _, let text), .deferred(let endpoint, _, _, let text):
            record[1] = endpoint
            record.append(contentsOf: text.utf8.prefix(200))
        case .claimed(let endpoint): record[1] = endpoint
        default: break
        }
        bytes.append(UInt8(record.count))
        bytes.append(contentsOf: record)
    }
}
