import Testing

@testable import CampaignLog

@Suite("Verification")
struct LogVerifierTests {
    private func verify(
        _ frames: [CraftedLog.Frame], head: LogHead? = nil, expecting root: MerkleRoot? = nil
    ) throws -> VerifyReport {
        let log = CraftedLog(frames, head: head ?? CraftedLog.head(of: frames))
        return try LogVerifier.verify(log, expectedHead: root)
    }

    @Test(
        "passes a sound log of any length, and tells the root that RFC 9162 defines",
        arguments: [0, 1, 2, 7, 64, 2_047, 2_048, 2_049, 5_000])
    func sound(count: Int) throws {
        let frames = CraftedLog.frames(count)
        let head = CraftedLog.head(of: frames)
        let report = try verify(frames)
        #expect(report.ok && report.reason == nil, "\(report)")
        #expect(report.frames == UInt64(count) && report.events == head.nextSequence - 1)
        #expect(report.head == head.root)
    }

    @Test("hashes frames of any size in the order of the log")
    func sizes() throws {
        let limit = FrameBatch.sizeMaxBytes
        // Some fill a batch by themselves, some are too large for any, one leaves no byte of it free.
        let sizes = [0, 300_000, 300_000, 5, limit, 7, limit - FrameHeader.sizeBytes - 1, 1, 2 * limit, 3 * limit, 9]
        let frames = CraftedLog.frames(40) { sizes[$0 % sizes.count] }
        let report = try verify(frames)
        #expect(report.ok && report.frames == 40 && report.head == CraftedLog.head(of: frames).root)
        for index in [3, 4, 8, 9] {
            var changed = frames
            changed[index].header.time += 1
            let report = try verify(changed, head: CraftedLog.head(of: frames))
            #expect(!report.ok && report.firstBad == frames[index + 1].header.firstSequence, "\(report)")
        }
    }

    @Test("names what is bad first, whatever is bad behind it", arguments: [5, 2_500])
    func first(index: Int) throws {
        let sound = CraftedLog.frames(2_600)
        var frames = sound
        frames[index].header.time += 1
        frames[index + 9].isDamaged = true
        frames[index + 5].header.epoch = 0
        let chain = try verify(frames, head: CraftedLog.head(of: sound))
        #expect(!chain.ok && chain.firstBad == sound[index + 1].header.firstSequence)
        #expect(chain.reason?.contains("hash of the frame before") == true)
        frames = sound
        frames[index].isDamaged = true
        frames[index + 5].header.time += 1
        let damage = try verify(frames, head: CraftedLog.head(of: sound))
        #expect(!damage.ok && damage.firstBad == sound[index].header.firstSequence && damage.frames == UInt64(index))
        #expect(damage.reason?.contains("checksum") == true)
        #expect(damage.head == CraftedLog.head(of: Array(sound.prefix(index))).root)
    }

    @Test("finds a head that was kept elsewhere wherever the log passed through it, and only there")
    func expectedHead() throws {
        let frames = CraftedLog.frames(4_500)
        for count in [0, 1, 1_000, 2_047, 2_048, 2_049, 4_096, 4_499, 4_500] {
            let root = CraftedLog.head(of: Array(frames.prefix(count))).root
            #expect(try verify(frames, expecting: root).ok, "after \(count) frames")
        }
        let strange = try verify(frames, expecting: MerkleRoot(bytes: [UInt8](repeating: 7, count: 32)))
        #expect(!strange.ok && strange.firstBad == nil && strange.reason?.contains("rewritten") == true)
        // The part of the log that was there when the head was kept has been cut off.
        let cut = Array(frames.prefix(100))
        let root = CraftedLog.head(of: Array(frames.prefix(101))).root
        #expect(try verify(cut).ok)
        #expect(try !verify(cut, expecting: root).ok)
    }

    @Test("names the frame behind one that was changed", arguments: [0, 20, 3_000])
    func changed(index: Int) throws {
        let sound = CraftedLog.frames(3_002)
        for change in 0..<4 {
            var frames = sound
            switch change {
            case 0: frames[index].header.time += 1
            case 1: frames[index].header.flags ^= 0x8000
            case 2: frames[index].header.job += 1
            default: frames[index].header.hashBefore = MerkleHash.node(MerkleHash.empty, MerkleHash.empty)
            }
            let report = try verify(frames, head: CraftedLog.head(of: sound))
            let bad = change == 3 ? index : index + 1
            #expect(!report.ok && report.firstBad == frames[bad].header.firstSequence, "\(report)")
            #expect(report.frames == UInt64(bad) && report.reason?.contains("hash of the frame before") == true)
            #expect(report.head == CraftedLog.head(of: Array(frames.prefix(bad))).root)
        }
    }

    @Test("finds the newest frame changed, for the head has another root")
    func newestChanged() throws {
        let sound = CraftedLog.frames(30)
        var frames = sound
        frames[29].header.time += 1
        let report = try verify(frames, head: CraftedLog.head(of: sound))
        #expect(!report.ok && report.reason == "the head's root is not that of the frames")
    }

    @Test("finds two frames exchanged, whole or by their contents")
    func exchanged() throws {
        let sound = CraftedLog.frames(30)
        var whole = sound
        whole.swapAt(12, 14)
        #expect(try verify(whole, head: CraftedLog.head(of: sound)).firstBad == sound[12].header.firstSequence)
        // Of equal counts and places, so that only the chain can tell.
        var contents = sound
        (contents[12].payload, contents[14].payload) = (sound[14].payload, sound[12].payload)
        contents[12].header.payloadSizeBytes = contents[12].payload.count
        contents[14].header.payloadSizeBytes = contents[14].payload.count
        #expect(try verify(contents, head: CraftedLog.head(of: sound)).firstBad == sound[13].header.firstSequence)
    }

    @Test("finds history that was rewritten with its chain, by the head, and by one kept elsewhere")
    func rechained() throws {
        let sound = CraftedLog.frames(60)
        let kept = CraftedLog.head(of: Array(sound.prefix(50))).root
        var frames = sound
        frames[20].header.time += 1
        frames = CraftedLog.chained(frames, from: 21)
        let report = try verify(frames, head: CraftedLog.head(of: sound))
        #expect(!report.ok && report.reason == "the head's root is not that of the frames")
        // With the head made to fit nothing in the journal itself can tell; what was kept elsewhere can.
        #expect(try verify(frames).ok)
        #expect(try !verify(frames, expecting: kept).ok)
        #expect(try verify(frames, expecting: CraftedLog.head(of: Array(sound.prefix(20))).root).ok)
    }

    @Test("finds frames that are missing: in the middle, at the beginning, at the end")
    func missing() throws {
        let sound = CraftedLog.frames(30)
        let head = CraftedLog.head(of: sound)
        var frames = sound
        frames.remove(at: 10)
        let gap = try verify(frames, head: head)
        #expect(!gap.ok && gap.firstBad == sound[10].header.firstSequence && gap.frames == 10)
        // Renumbered and chained anew.
        var renumbered = frames
        for index in 10..<29 {
            renumbered[index].header.firstSequence = renumbered[index - 1].header.nextSequence
        }
        renumbered = CraftedLog.chained(renumbered, from: 10)
        #expect(try verify(renumbered, head: head).reason?.hasPrefix("the head says 30 frames") == true)
        #expect(try verify(Array(sound.dropFirst()), head: head).firstBad == 1)
        let short = try verify(Array(sound.dropLast(3)), head: head)
        #expect(!short.ok && short.frames == 27 && short.reason?.hasPrefix("the head says 30 frames") == true)
        // Frames appended past a head are an engine's at work, unless the head stays behind.
        var behind = try #require(Optional(CraftedLog.head(of: Array(sound.dropLast(3)))))
        #expect(try !verify(sound, head: behind).ok)
        behind.nextSequence -= 1
        #expect(try !verify(sound, head: behind).ok)
    }

    @Test("finds a frame of an older epoch behind one of a newer")
    func epochOrder() throws {
        var frames = CraftedLog.frames(40)
        frames[25].header.epoch = 1
        frames = CraftedLog.chained(frames, from: 26)
        let report = try verify(frames)
        #expect(!report.ok && report.firstBad == frames[25].header.firstSequence)
        #expect(report.reason == "the frame is of epoch 1, after one of epoch 3")
    }

    @Test("finds a head that does not agree with the frames in anything that it says")
    func head() throws {
        let frames = CraftedLog.frames(30)
        let sound = CraftedLog.head(of: frames)
        let other = CraftedLog.head(of: CraftedLog.chained(frames, from: 31) + CraftedLog.frames(1))
        var heads = [LogHead](repeating: sound, count: 4)
        heads[0].nextSequence += 1
        heads[1].tree = other.tree
        heads[2].newestHash = MerkleHash.empty
        heads[3].epoch += 1
        for head in heads {
            let report = try verify(frames, head: head)
            #expect(!report.ok && report.firstBad == sound.nextSequence && report.frames == 30, "\(report)")
        }
    }
}
