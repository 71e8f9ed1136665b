import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import Foundation
import Testing

@Suite("Creating jobs")
struct JobCreationTests {
    private func refused(
        _ scratch: Scratch, _ definition: JobDefinition = Sample.definition, path: String
    ) async throws -> EngineError? {
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let error = await #expect(throws: EngineError.self) {
            _ = try await engine.createJob(definition, recipients: RecipientSource(path: path))
        }
        #expect(try engine.reader.jobs().isEmpty)
        await engine.stop()
        return error
    }

    @Test("R10: a list with a bad row is refused with file, line, column and reason, before there is a job")
    func badRow() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", "email,name\nann@example.com,Ann\nnot an address,Bob\n")
        let error = try await refused(scratch, path: list)
        #expect(error?.code == .badInput)
        #expect(error?.message.contains("list.csv:3:") == true)
    }

    @Test("R11: a missing list fails before there is a job")
    func missingList() async throws {
        let scratch = try Scratch()
        let error = try await refused(scratch, path: scratch.path + "/nowhere.csv")
        #expect(error?.code == .inputNotFound)
        #expect(error?.message.contains("nowhere.csv") == true)
    }

    @Test("R11: a template with a variable that no column provides fails before there is a job, and names the nearest")
    func unknownVariable() async throws {
        let scratch = try Scratch()
        var definition = Sample.definition
        definition.text = Template("Hello {{nam}}\n", name: "message.txt")
        let list = try scratch.file("list.csv", Sample.list(3))
        let error = try await refused(scratch, definition, path: list)
        #expect(error?.code == .badInput)
        #expect(error?.message.contains("message.txt:1:") == true)
        #expect(error?.message.contains("name") == true)
    }

    @Test("R20: invalid, duplicate and suppressed recipients are skipped, counted, and each has its reason")
    func skips() async throws {
        let scratch = try Scratch()
        let list = try scratch.file(
            "list.csv",
            "email,name\nann@example.com,Ann\nbad address,Bob\nANN@EXAMPLE.com,Ann again\nout@example.com,Out\nzoe@example.com,Zoe\n"
        )
        let suppressed = try scratch.file("out.csv", "email\nout@example.com\n")
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            Sample.definition,
            recipients: RecipientSource(path: list, suppressionPaths: [suppressed], skipsInvalid: true))
        var reasons: [Ordinal: SkipReason] = [:]
        try engine.reader.events(job: job.id) { event in
            if case .recipient(let ordinal, .skipped(let reason, _)) = event.event { reasons[ordinal] = reason }
            return true
        }
        #expect(reasons == [1: .invalidAddress, 2: .duplicate, 3: .suppressed])
        let ledger = Ledger()
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "ledger") { delivery in
                    ledger.accept(delivery.key)
                    return .sent(reply: "")
                }
            ])
        #expect(try await engine.ending(of: job.id) == .completed)
        let tally = try engine.reader.summary(job.id).tally
        #expect(tally.sent == 2 && tally.skipped == 3 && tally.total == 5)
        #expect(ledger.count == 2)
        await engine.stop()
    }

    @Test("Jobs created at the same time get numbers and lists of their own")
    func concurrently() async throws {
        let scratch = try Scratch()
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let paths = try (0..<6).map { try scratch.file("list\($0).csv", Sample.list(300 + $0)) }
        let created = try await withThrowingTaskGroup(of: (Int, CreatedJob).self) { group in
            for index in 0..<6 {
                group.addTask {
                    var definition = Sample.definition
                    definition.key = "job-\(index)"
                    return (
                        index, try await engine.createJob(definition, recipients: RecipientSource(path: paths[index]))
                    )
                }
            }
            var all: [Int: JobID] = [:]
            for try await (index, job) in group { all[index] = job.id }
            return all
        }
        #expect(Set(created.values).count == 6)
        for (index, job) in created { #expect(try engine.reader.summary(job).tally.total == 300 + UInt32(index)) }
        #expect(try engine.reader.audit().isEmpty)
        await engine.stop()
    }

    @Test("R15, R23: each message is made from its recipient's own fields and carries its key as Message-ID")
    func personalised() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(50))
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        try await engine.start(job.id, endpoints: try StandardEndpoints.make(["dir:out"], relativeTo: scratch.path))
        #expect(try await engine.ending(of: job.id) == .completed)
        var keys: Set<IdempotencyKey> = []
        try engine.reader.forEachRecipient(job.id) { recipient in
            keys.insert(recipient.key)
            let file = "\(scratch.path)/out/\(recipient.key).eml"
            let message = try String(contentsOfFile: file, encoding: .utf8)
            #expect(message.contains("To: \(recipient.address)\r\n"))
            #expect(message.contains("Message-ID: <\(recipient.key)@example.com>\r\n"))
            #expect(message.contains("\r\n\r\nHello \(recipient.fields[1].value)\r\n"))
            return true
        }
        #expect(keys.count == 50)
        await engine.stop()
    }

    @Test("R5, R24, Law 4: without snapshots and index the log alone gives the same states, byte for byte")
    func derivedTablesDeleted() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(400))
        var engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        try await engine.start(
            job.id, endpoints: [AsyncEndpoint(name: "any", capacity: 4) { _ in .sent(reply: "250") }])
        _ = try await engine.ending(of: job.id)
        await engine.stop()
        engine = try await CampaignEngine.open(journal: scratch.journal)
        let before = try engine.reader.state(job.id).encoded()
        #expect(try engine.reader.replayDifference(job.id) == nil)
        try await engine.deleteDerived()
        #expect(try engine.reader.state(job.id).encoded() == before)
        #expect(try engine.reader.jobs().map(\.key) == ["spring"])
        let again = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        #expect(again == CreatedJob(id: job.id, isNew: false))
        await engine.stop()
    }
}
