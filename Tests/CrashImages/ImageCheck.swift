import CampaignDomain
import CampaignEngine
import CampaignLog

/// Opens one image with the real journal and asks everything of it.
struct ImageCheck {
    /// Where the images are opened, one after the other, in the same file.
    let directory: String
    let model: DiskModel
    let recipients: Int
    let seed: UInt64

    /// - Parameter finishes: whether the real engine brings the campaign to its end from here.
    /// - Throws: what is wrong with it.
    func check(_ image: CrashImage, of point: CrashPoint, finishes: Bool) async throws {
        let file = try ImageFile(directory: directory + "/image")
        try file.place(point.bytes(of: image))
        try file.place(LockFile(for: image.name, seed: seed), seed: seed)
        let store = try file.open()
        defer { try? store.close() }
        let view = try StoreView(store)
        // One of the recorded views: no older than the last acknowledged commit, no newer than the one in flight.
        guard point.views.contains(view) else {
            throw ImageFailure(
                "it reads as \(view), but \(point.views.map(\.description).joined(separator: " or ")) is due")
        }
        let before = try states(store)
        try verify(store, root: view.root)
        try checkSent(before, point)
        let folder = point.folder(of: image, seed: seed)
        let folderCheck = FolderCheck(directory: directory)
        try folderCheck.checkSent(JournalReader(store), folder)
        let head = try ReferenceCampaign.epoch(store)
        if finishes {
            try folderCheck.place(folder)
            try await finish(store, head, before, point)
            try folderCheck.checkEnd(JournalReader(store))
        } else {
            try goOn(store, head)
        }
        try verify(store, root: "\(head.root)")
    }

    private func states(_ store: any EventStore) throws -> [JobState] {
        let reader = JournalReader(store)
        return try reader.jobs().map { try reader.state($0.job) }
    }

    /// The log passes through this root, so that it holds all up to there byte for byte, and keeps the laws.
    private func verify(_ store: any EventStore, root: String) throws {
        let reader = JournalReader(store)
        let verification = try reader.verify(expectedHead: root)
        guard verification.isSound else { throw ImageFailure("verify: \(verification.reason ?? "not sound")") }
        if let violation = try reader.audit().first { throw ImageFailure("audit: \(violation)") }
    }

    /// What the log calls sent was accepted before the power was cut.
    private func checkSent(_ states: [JobState], _ point: CrashPoint) throws {
        let accepted = Set(model.accepted[..<point.acceptedBefore])
        for state in states where state.id != FolderCheck.job {
            for ordinal in state.ordinals(in: .sent) {
                let message = Message(job: state.id.rawValue, ordinal: ordinal)
                // A person has said so of one half of those in doubt.
                let isResolved = state.id.rawValue == 1 && ordinal % 29 == 11
                guard accepted.contains(message) || isResolved else {
                    throw ImageFailure("\(message) is called sent, but nobody has accepted it")
                }
            }
        }
    }

    /// Commits of every size, from an inline record to overflow pages.
    private func goOn(_ store: LMDBEventStore, _ head: LogHead) throws {
        var next = head.nextSequence
        for sizeBytes in [10, 3_000, 20_000] {
            var events = EventEncoder()
            events.append(.engineStopped(reason: "a power cut"))
            let draft = FrameDraft(
                job: JobID.journal.rawValue, time: Timestamp.current.milliseconds, count: events.count,
                payload: events.bytes)
            let put = TablePut(
                table: .control, key: .number(UInt64(sizeBytes)), value: [UInt8](repeating: 7, count: sizeBytes))
            next = try store.commit(CommitGroup(frames: [draft], puts: [put])).nextSequence
        }
        guard next == head.nextSequence + 3 else { throw ImageFailure("three events more lead to \(next)") }
    }

    private func finish(
        _ store: LMDBEventStore, _ head: LogHead, _ before: [JobState], _ point: CrashPoint
    ) async throws {
        let world = World(
            accepted: model.accepted[..<point.acceptedAfter], prepared: model.prepared[..<point.preparedAfter])
        let campaign = try ReferenceCampaign(directory: directory, recipients: recipients, world: world)
        let engine = CampaignEngine(
            store: WatchedStore(store), epoch: head.epoch, configuration: campaign.configuration)
        do {
            _ = try await campaign.finish(engine)
        } catch {
            await engine.stop()
            throw error
        }
        await engine.stop()
        if let failure = engine.failure { throw failure }
        try Reckoning(world: world, before: before, after: states(store)).check()
    }
}
