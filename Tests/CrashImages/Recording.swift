import CCrashRecorder
import CampaignDomain
import CampaignEngine
import CampaignLog

/// Runs the reference campaign with the real engine on the real journal, and records what reaches the data file.
enum Recording {
    static func journal(_ directory: String) -> String { directory + "/recorded" }

    /// - Parameter directory: absolute, without symbolic links; the journal is made in it.
    static func run(directory: String, recipients: Int) async throws -> Trace {
        let journal = journal(directory)
        unsafe (journal + "/data.mdb").withCString { unsafe crash_recorder_start($0) }
        watchFolder(directory)
        let world = World { mark($0) }
        let campaign = try ReferenceCampaign(directory: directory, recipients: recipients, world: world)
        try await start(campaign, journal) { engine in
            var jobs: [JobID] = []
            for index in 0..<ReferenceCampaign.jobs {
                jobs.append(try await campaign.job(index, engine))
                try await engine.start(jobs[index], endpoints: [try campaign.endpoint(of: index)])
            }
            await world.waitUntilAccepted(recipients / 2)
            try await engine.pause(jobs[0], reason: "a second look at the template")
            try await engine.unpause(jobs[0])
            await world.waitUntilAccepted(recipients)
        }
        // What was stopped in the middle is taken up by a second engine, then a person decides, and a third one looks on.
        try await start(campaign, journal) { engine in
            let jobs = try await campaign.finish(engine)
            try await engine.resolve(jobs[0], nil, .sent, evidence: "in the server's log")
            try await engine.deleteDerived()
        }
        try await start(campaign, journal) { engine in _ = try await campaign.finish(engine) }
        return try finished()
    }

    /// Records how an engine goes on from an image: what a second power cut, during or after the recovery, meets.
    static func recovery(
        from image: CrashImage, of point: CrashPoint, _ model: DiskModel, directory: String, recipients: Int,
        seed: UInt64
    ) async throws -> Trace {
        let bytes = point.bytes(of: image)
        let look = try ImageFile(directory: directory + "/look")
        try look.place(bytes)
        let view = try look.view()
        let file = try ImageFile(directory: journal(directory))
        unsafe file.path.withCString { unsafe crash_recorder_start($0) }
        watchFolder(directory)
        try FolderCheck(directory: directory).place(point.folder(of: image, seed: seed))
        let accepted = model.accepted[..<point.acceptedAfter]
        let prepared = model.prepared[..<point.preparedAfter]
        mark(.acknowledged(view))
        for message in accepted { mark(.accepted(message)) }
        for message in prepared { mark(.prepared(message)) }
        try file.placeDurably(bytes)
        let world = World(accepted: accepted, prepared: prepared) { mark($0) }
        let campaign = try ReferenceCampaign(directory: directory, recipients: recipients, world: world)
        try await start(campaign, file.directory) { engine in _ = try await campaign.finish(engine) }
        return try finished()
    }

    private static func watchFolder(_ directory: String) {
        unsafe FolderCheck.path(directory).withCString { unsafe crash_recorder_watch_folder($0) }
    }

    private static func finished() throws -> Trace {
        var size = 0
        let bytes = unsafe crash_recorder_finish(&size)
        return try Trace(decoding: unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: size)))
    }

    private static func start(
        _ campaign: ReferenceCampaign, _ journal: String, _ body: (CampaignEngine) async throws -> Void
    ) async throws {
        let real = try LMDBEventStore.open(directory: journal, mode: .engine(.current(), adopt: true))
        try acknowledge(real)
        let store = WatchedStore(real) { try acknowledge($0) }
        let head = try ReferenceCampaign.epoch(store)
        let engine = CampaignEngine(store: store, epoch: head.epoch, configuration: campaign.configuration)
        try await body(engine)
        await engine.stop()
        try real.close()
        if let failure = engine.failure { throw failure }
    }

    private static func acknowledge(_ store: LMDBEventStore) throws {
        mark(.acknowledged(try StoreView(store)))
    }

    private static func mark(_ mark: Mark) {
        unsafe mark.line.withCString { unsafe crash_recorder_mark($0) }
    }
}
