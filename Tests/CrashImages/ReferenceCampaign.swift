import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import CampaignLog
import Foundation
import Logging

/// The campaign that is recorded, and that every image goes on with: three jobs with all kinds of outcomes, the first
/// through an endpoint that cannot tell what became of a claim, the second through one that can, the third into a drop directory.
struct ReferenceCampaign {
    let directory: String
    let recipients: Int
    let world: World

    static let jobs = 3
    static let lastLine = "All terms apply, as they always did."

    /// Claims that the first endpoint may hold at once: after a crash, so many recipients at most are in doubt anew.
    static let lanes = 4

    /// Writes the lists, the same at every call.
    init(directory: String, recipients: Int, world: World) throws {
        self.directory = directory
        self.recipients = recipients
        self.world = world
        for index in 0..<Self.jobs {
            var list = "email,name\n"
            // Files take longer than anything else: fewer of them.
            let rows = index == 2 ? recipients / 4 : recipients
            for row in 0..<rows { list += "r\(row)@list\(index).example,Name \(row)\n" }
            // Rows to be skipped.
            list += "r0@list\(index).example,Again\nnot an address,Nobody\n"
            let path = listPath(index)
            if (try? String(contentsOfFile: path, encoding: .utf8)) != list {
                try list.write(toFile: path, atomically: true, encoding: .utf8)
            }
        }
    }

    private func listPath(_ index: Int) -> String { "\(directory)/list\(index).csv" }

    var configuration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.logger = Logger(label: "crash-images") { _ in SwiftLogNoOpLogHandler() }
        configuration.storeRetries = 0
        return configuration
    }

    private func definition(_ index: Int) -> JobDefinition {
        // Longer than a page, so that it lies on overflow pages.
        let terms = String(repeating: Self.lastLine + "\n", count: 150)
        return JobDefinition(
            key: "job-\(index)", from: "Shop <shop@example.com>", subject: "{{name}}, spring is here",
            text: Template("Hello {{name}}\n\(terms)", name: "message.txt"),
            retry: RetryPolicy(attempts: 4, firstMilliseconds: 3, capMilliseconds: 5))
    }

    func endpoint(of index: Int) throws -> any Endpoint {
        if index == 2 {
            let folder = try StandardEndpoints.make([FolderCheck.url], relativeTo: directory)
            return RenamedEndpoint(folder[0], name: "folder")
        }
        guard index == 0 else { return ShelfEndpoint(name: "shelf", capacity: Self.lanes, world: world) }
        return AsyncEndpoint(name: "post", capacity: Self.lanes) { [world] delivery in
            switch delivery.ordinal % 29 {
            case 3 where delivery.attempts == 0: return .deferred(reply: "450 come back later")
            case 7: return .failed(.unknownAddress, reply: "550 no such user")
            case 11:
                // Nobody can know, and one half of them did arrive.
                if delivery.ordinal % 2 == 0 { world.accept(Message(delivery)) }
                return .inDoubt(EndpointFault(.dropped, "the line went dead"))
            default:
                world.accept(Message(delivery))
                return .sent(reply: "250 taken")
            }
        }
    }

    /// Finds the job or creates it.
    func job(_ index: Int, _ engine: CampaignEngine) async throws -> JobID {
        try await engine.createJob(
            definition(index), recipients: RecipientSource(path: listPath(index), skipsInvalid: true)
        ).id
    }

    /// Brings all jobs to their end, wherever they are.
    func finish(_ engine: CampaignEngine) async throws -> [JobID] {
        var jobs: [JobID] = []
        for index in 0..<Self.jobs {
            let job = try await job(index, engine)
            jobs.append(job)
            let isPaused = try engine.reader.summary(job).state == .paused
            try await engine.start(job, endpoints: [try endpoint(of: index)])
            if isPaused { try await engine.unpause(job) }
        }
        for job in jobs {
            let ending = try await engine.ending(of: job)
            guard ending == .completed else { throw ImageFailure("job \(job) ends with \(ending)") }
        }
        return jobs
    }

    /// Begins an epoch on an open journal.
    static func epoch(_ store: any EventStore) throws(LogError) -> LogHead {
        try store.beginEpoch { epoch in
            var events = EventEncoder()
            events.append(
                .engineStarted(
                    EngineStart(
                        epoch: epoch, host: "host", hostIdentity: String(repeating: "0", count: 32), bootID: "",
                        processID: 1, version: CampaignEngine.version)))
            return FrameDraft(
                job: JobID.journal.rawValue, time: Timestamp.current.milliseconds, count: events.count,
                payload: events.bytes)
        }
    }
}

/// What an image did that it must not.
struct ImageFailure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
