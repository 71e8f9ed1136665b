import CampaignDomain
import CampaignLog

/// A snapshot is refused, or is a whole state with one form.
enum SnapshotProperty {
    private static let recipientsFuzzedMax: UInt32 = 10_000

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        try checkEnvelope(input)
        try checkState(input)
        guard input.count > SnapshotEnvelope.headerSizeBytes else { return }
        try checkState(Array(input[SnapshotEnvelope.headerSizeBytes...]))
    }

    private static func checkEnvelope(_ input: [UInt8]) throws(BrokenProperty) {
        let magic = SnapshotEnvelope(version: 0, sequence: 0, payload: []).encode().number(at: 8)
        var bytes = input
        bytes.overwrite(magic, at: 8)
        if bytes.count >= 8 { unsafe bytes.overwrite(XXH64.hash(bytes.span.bytes.extracting(droppingFirst: 8)), at: 0) }
        if SnapshotEnvelope.decode(input) != nil {
            try require(bytes == input, "an envelope with a wrong checksum was accepted")
        }
        guard let envelope = SnapshotEnvelope.decode(bytes) else {
            try require(bytes.count < SnapshotEnvelope.headerSizeBytes, "a good envelope was refused")
            return
        }
        try require(SnapshotEnvelope.decode(envelope.encode()) == envelope, "another envelope when written and read")
    }

    private static func checkState(_ bytes: [UInt8]) throws(BrokenProperty) {
        let state: JobState
        do throws(CodecError) {
            state = try unsafe JobState(encoded: bytes.span.bytes, countMax: recipientsFuzzedMax)
        } catch {
            return
        }
        try FoldProperty.checkWhole(state)
        let written = state.encoded()
        let again = try always("what was written does not read") {
            try unsafe JobState(encoded: written.span.bytes, countMax: recipientsFuzzedMax)
        }
        try require(again == state, "another state when written and read")
        try require(again.encoded() == written, "other bytes when written again")
    }
}
