import CampaignDomain
import CampaignEngine

/// The journals' stories.
enum GoldenScripts {
    private static let smtp = "smtp://mail.example:25?connections=2"
    private static let outbox = "dir:outbox"

    private static func definition(_ key: String) -> JobDefinition {
        JobDefinition(
            key: key, name: "Golden \(key)", from: "Shop <shop@example.com>", subject: "{{name}}, hello",
            text: Template("Hello {{name}}\n", name: "message.txt"),
            html: Template("<p>Hello {{name}}</p>\n", name: "message.html"),
            retry: RetryPolicy(attempts: 3, firstMilliseconds: 1000, factor: 2, capMilliseconds: 60_000))
    }

    private static func list(_ count: Int) -> String {
        "email,name\n" + (0..<count).map { "r\($0)@example.com,Nämé \($0)\n" }.joined()
    }

    private static func claims(_ ordinals: some Sequence<Ordinal>, _ endpoint: EndpointIndex = 0) -> [Event] {
        ordinals.map { .recipient($0, .claimed(endpoint)) }
    }

    private static func sent(_ ordinals: some Sequence<Ordinal>, _ endpoint: EndpointIndex = 0) -> [Event] {
        ordinals.map { .recipient($0, .sent(endpoint, reply: "250 2.0.0 Ok: queued as A\($0)")) }
    }

    /// Every kind of event, every failure, every reason to skip, every verdict; a job completed, another aborted.
    static func completed(_ journal: GoldenWriter) async throws {
        try journal.startEngine()
        let list = list(16) + "not an address,x\nR0@EXAMPLE.com,again\nstop@example.com,Stop\n"
        let job = try await journal.createJob(definition("spring"), list: list, suppressed: "stop@example.com\n")
        try journal.commit(job, [.jobStarted(endpoints: [smtp, outbox])])
        try journal.commit(job, claims(0...6))
        try journal.commit(
            job,
            FailureKind.allCases.enumerated().map { index, kind in
                .recipient(Ordinal(index), .failed(0, kind, reply: "550 5.\(index).1 réfusé"))
            })
        try journal.commit(job, claims([7]) + claims([8], 1))
        try journal.commit(
            job,
            [
                .recipient(7, .deferred(0, attempt: 1, due: journal.time(after: 3700), reply: "450 4.2.0 later")),
                .recipient(8, .released(1, reason: "the directory cannot be written")),
                .endpointFailed(0, attempt: 1, retries: 3, reason: "421 4.3.0 busy"),
                .endpointPaused(0, until: journal.time(after: 3650)),
            ])
        try journal.commit(job, [.endpointRecovered(0), .jobPaused(reason: "wrong template"), .jobResumed])
        try journal.commit(
            .journal, [.storeRecovered(reason: "no space left on device", retries: 2, pausedMilliseconds: 2000)])
        try journal.commit(job, claims(9...11) + claims([12], 1))
        try journal.commit(
            job,
            [9, 10, 11].map { .recipient($0, .inDoubt(0, reason: "connection lost after the final dot")) }
                + sent([12], 1))
        try journal.snapshot(job)
        try journal.commit(
            job,
            [
                .endpointFailed(0, attempt: 4, retries: 3, reason: "connection refused"),
                .endpointRemoved(0, reason: "connection refused"),
                .endpointFailed(1, attempt: 4, retries: 3, reason: "read-only file system"),
                .endpointRemoved(1, reason: "read-only file system"),
                .jobAborted(reason: "every endpoint was removed", recoverable: true),
            ])
        try journal.commit(.journal, [.engineStopped(reason: "idle")])
        try await completedLater(journal, job)
    }

    private static func completedLater(_ journal: GoldenWriter, _ job: JobID) async throws {
        try journal.startEngine(adoptedFrom: "old.example")
        try journal.commit(
            job, [.jobStarted(endpoints: [smtp, outbox]), .endpointRestored(0), .endpointRestored(1)])
        try journal.commit(job, claims([7, 8]), afterSeconds: 7200)
        try journal.commit(
            job,
            sent([7, 8]) + [
                .recipient(9, .inDoubtResolved(.sent, evidence: "in the server's log")),
                .recipient(10, .inDoubtResolved(.notSent, evidence: "not in the server's log")),
                .recipient(11, .inDoubtResolved(.resend, evidence: "a second copy does no harm")),
            ])
        try journal.commit(job, claims([10, 11]) + claims(13...15, 1))
        try journal.commit(
            job, sent([10, 11]) + sent(13...14, 1) + [.recipient(15, .inDoubt(1, reason: "the engine died"))])
        var tally = Tally()
        (tally.sent, tally.failed, tally.skipped, tally.inDoubt) = (8, 7, 3, 1)
        try journal.commit(job, [.jobCompleted(tally)])
        let other = try await journal.createJob(definition("mistake"), list: list(3))
        try journal.commit(other, [.jobStarted(endpoints: [outbox])] + claims([0]))
        try journal.commit(
            other,
            [.recipient(0, .released(0, reason: "stopped")), .jobAborted(reason: "wrong list", recoverable: false)])
        try journal.commit(.journal, [.engineStopped(reason: "SIGTERM")])
    }

    /// A crash with eight claims without outcome: the next engine asks the endpoint, which cannot tell.
    static func interrupted(_ journal: GoldenWriter) async throws {
        try journal.startEngine()
        let job = try await journal.createJob(definition("crashed"), list: list(40))
        try journal.commit(job, [.jobStarted(endpoints: ["ledger"])])
        try journal.commit(job, claims(0...9))
        try journal.commit(
            job,
            sent(0...7) + [
                .recipient(8, .deferred(0, attempt: 1, due: journal.time(after: 3660), reply: "451 4.7.1 greylisted")),
                .recipient(9, .failed(0, .unknownAddress, reply: "550 5.1.1 no such user")),
            ])
        try journal.snapshot(job)
        try journal.commit(job, claims([10, 11]))
        try journal.commit(job, [.recipient(10, .inDoubt(0, reason: "connection lost"))] + sent([11]))
        try journal.commit(job, claims(12...19))
    }

    /// One job waits for its endpoints, another for a person.
    static func held(_ journal: GoldenWriter) async throws {
        try journal.startEngine()
        let aborted = try await journal.createJob(definition("aborted"), list: list(12))
        try journal.commit(aborted, [.jobStarted(endpoints: ["ledger"])] + claims(0...2))
        try journal.commit(
            aborted,
            sent(0...1) + [
                .recipient(2, .released(0, reason: "connection refused")),
                .endpointFailed(0, attempt: 1, retries: 0, reason: "connection refused"),
                .endpointRemoved(0, reason: "connection refused"),
                .jobAborted(reason: "every endpoint was removed", recoverable: true),
            ])
        let paused = try await journal.createJob(definition("paused"), list: list(130))
        try journal.commit(paused, [.jobStarted(endpoints: ["ledger"])] + claims(0...128))
        try journal.commit(paused, sent(0...128))
        try journal.commit(paused, [.jobPaused(reason: "waiting for approval")])
        try journal.snapshot(aborted)
        try journal.snapshot(paused)
        try journal.commit(.journal, [.engineStopped(reason: "SIGTERM")])
    }

    /// What people decide about endpoints, and limits.
    static func limited(_ journal: GoldenWriter) async throws {
        try journal.startEngine()
        let job = try await journal.createJob(definition("limited"), list: list(8))
        let limits = DestinationLimits(
            standard: DestinationLimit(concurrency: 20),
            named: [.init("example.com", DestinationLimit(concurrency: 2, ratePerHour: 36_000))])
        try journal.commit(job, [.jobStarted(endpoints: [smtp, outbox, "ledger"]), .destinationsLimited(limits)])
        try journal.commit(job, claims(0...1))
        try journal.commit(
            job,
            sent(0...1) + [
                .endpointLimited(0, EndpointLimits(connections: 1, ratePerHour: 7_200, weight: 3)),
                .endpointSuspended(1, reason: "the disk is being changed"), .endpointWithdrawn(0, reason: "retired"),
                .endpointWithdrawn(2, reason: "a mistake"), .endpointRestored(2),
            ])
        try journal.snapshot(job)
        try journal.commit(job, claims([2], 2))
        try journal.commit(.journal, [.engineStopped(reason: "SIGTERM")])
    }
}
