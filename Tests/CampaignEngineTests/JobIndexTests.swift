import CampaignDomain
import CampaignLog
import Testing

@testable import CampaignEngine

@Suite("The job index")
struct JobIndexTests {
    @Test("A job that is created while another one's events are committed is found again")
    func createdBesideARun() throws {
        let scratch = try Scratch()
        let store = MemoryEventStore()
        let source = RecipientSource(path: try scratch.file("list.csv", Sample.list(10)))
        func creation(_ key: String, before: CommitGroup?) -> JobCreation {
            var definition = Sample.definition
            definition.key = key
            return JobCreation(definition, source, nil, SystemClock()) { group throws(EngineError) in
                do throws(LogError) {
                    // A running job's commit comes first: the head that the creation has read is an old one.
                    if let before { _ = try store.commit(before) }
                    _ = try store.commit(group)
                } catch {
                    throw EngineError(error)
                }
            }
        }
        let first = try creation("first", before: nil).run(store)
        var events = EventEncoder()
        events.append(.jobPaused(reason: "any"))
        let group = CommitGroup(frames: [FrameDraft(events, job: first.id, time: .current)])
        let second = try creation("second", before: group).run(store)
        #expect(second.isNew)
        let again = try creation("second", before: nil).run(store)
        #expect(again.id == second.id && !again.isNew)
    }

    @Test("Law 4: a job created after the index was lost does not hide the jobs before it")
    func begunAnew() throws {
        let scratch = try Scratch()
        let store = MemoryEventStore()
        let source = RecipientSource(path: try scratch.file("list.csv", Sample.list(3)))
        func create(_ key: String) throws -> CreatedJob {
            var definition = Sample.definition
            definition.key = key
            let creation = JobCreation(definition, source, nil, SystemClock()) { group throws(EngineError) in
                do throws(LogError) { _ = try store.commit(group) } catch { throw EngineError(error) }
            }
            return try creation.run(store)
        }
        let first = try create("first")
        store.journal.deleteTable(.jobs)
        let second = try create("second")
        #expect(first.id.rawValue == 1 && second.id.rawValue == 2)
        #expect(try JournalReader(store).jobs().map(\.key) == ["first", "second"])
        #expect(try create("first") == CreatedJob(id: first.id, isNew: false))
    }

    @Test(
        "Law 4: one job's line tells of it by itself; where it is damaged or gone the job is found in the log",
        arguments: [true, false])
    func oneLine(isDamaged: Bool) throws {
        let scratch = try Scratch()
        let store = MemoryEventStore()
        let source = RecipientSource(path: try scratch.file("list.csv", Sample.list(3)))
        for key in ["first", "second"] {
            var definition = Sample.definition
            definition.key = key
            let creation = JobCreation(definition, source, nil, SystemClock()) { group throws(EngineError) in
                do throws(LogError) { _ = try store.commit(group) } catch { throw EngineError(error) }
            }
            _ = try creation.run(store)
        }
        let line = JournalKeys.job(JobID(1))
        _ = try store.commit(
            isDamaged
                ? CommitGroup(puts: [TablePut(table: .jobs, key: line, value: [1, 2, 3])])
                : CommitGroup(deletes: [TableDelete(table: .jobs, key: line)]))
        #expect(try JobLoader.load(JobID(1), store)?.terms.key == "first")
        #expect(try JobLoader.load(JobID(2), store)?.terms.key == "second")
        #expect(try JobLoader.load(JobID(3), store) == nil)
    }
}
