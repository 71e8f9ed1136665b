import CampaignDomain
import CampaignEngine
import Foundation
import Testing

@testable import CampaignEndpoints

@Suite("The drop directory")
struct DropDirectoryTests {
    @Test("R16: every message is a file named after its key, complete and exactly once")
    func allFiles() async throws {
        let scratch = try Scratch()
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(2_500))))
        try await engine.start(job.id, endpoints: try StandardEndpoints.make(["dir:out"], relativeTo: scratch.path))
        #expect(try await engine.ending(of: job.id) == .completed)
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").filter { $0 != "tmp" }
        #expect(files.count == 2_500)
        var keys: Set<String> = []
        try engine.reader.forEachRecipient(job.id) { recipient in
            keys.insert("\(recipient.key).eml")
            return true
        }
        #expect(Set(files) == keys)
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out/tmp")
        #expect(left == [".campaign"])
        await engine.stop()
    }

    @Test(
        "Law 2: a claimed message that is still in tmp/ was not delivered, one that is gone was; another tmp/ proves nothing"
    )
    func probe() async throws {
        let scratch = try Scratch()
        let claims = try await Sample.deliveries(2, scratch)
        let path = scratch.path + "/probe"
        do {
            let folder = DropFolder(path: path)
            #expect(folder.open(creating: true) == nil)
            let handles = try folder.handles()
            var writer = DropFileWriter(folder)
            for claim in claims { try writer.write(claim, into: handles) }
            #expect(folder.flush(handles) == nil)
            #expect(folder.show(claims[0], in: handles) == .sent(reply: "\(claims[0].key).eml"))
        }
        let after = DropFolder(path: path)
        #expect(after.probe(claims) == [.accepted, .notAccepted])
        try FileManager.default.removeItem(atPath: path)
        let gone = DropFolder(path: path)
        #expect(gone.probe(claims) == [.unknown, .unknown])
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let empty = DropFolder(path: path)
        #expect(empty.probe(claims) == [.unknown, .unknown])
    }

    @Test("R9: a directory that goes away pauses the endpoint, and the campaign goes on when it is back")
    func directoryGone() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        let folder = DropFolder(path: path)
        #expect(folder.open(creating: true) == nil)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        // Not made anew: it may be a disk that is not mounted.
        let fault = folder.open(creating: false)
        #expect(fault?.severity == .unavailable)
        #expect(fault?.reason.contains(path) == true)
        #expect(folder.current == nil)
        #expect(throws: EndpointFault.self) { try folder.handles() }
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(folder.open(creating: false) == nil)
    }

    @Test("What was written is flushed where it lies, also when the path has come to mean another directory meanwhile")
    func replacedDirectory() async throws {
        let scratch = try Scratch()
        let claims = try await Sample.deliveries(2, scratch)
        let path = scratch.path + "/out"
        let folder = DropFolder(path: path)
        #expect(folder.open(creating: true) == nil)
        let before = try folder.handles()
        var writer = DropFileWriter(folder)
        try writer.write(claims[0], into: before)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(folder.open(creating: false) == nil)
        let after = try folder.handles()
        #expect(after !== before)
        #expect(folder.flush(before) == nil)
        // Nothing was written to the new one, so it says nothing of what has become of a message; then it is marked too.
        #expect(folder.probe([claims[0]]) == [.unknown])
        try writer.write(claims[1], into: after)
        #expect(folder.probe(claims) == [.accepted, .notAccepted])
        guard case .inDoubt = folder.show(claims[0], in: after) else {
            Issue.record("a message that lies in the old directory was found in the new one")
            return
        }
        #expect(folder.show(claims[0], in: before) == .sent(reply: "\(claims[0].key).eml"))
        #expect(FileManager.default.fileExists(atPath: "\(path).away/\(claims[0].key).eml"))
    }

    @Test("A file of another's in tmp/ that a link stands for is not written through")
    func link() async throws {
        let scratch = try Scratch()
        let claims = try await Sample.deliveries(1, scratch)
        let path = scratch.path + "/out"
        let folder = DropFolder(path: path)
        #expect(folder.open(creating: true) == nil)
        let other = try scratch.file("other", "precious")
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/tmp/\(claims[0].key)", withDestinationPath: other)
        var writer = DropFileWriter(folder)
        let handles = try folder.handles()
        var refusal: DropFileWriter.Failure?
        do throws(DropFileWriter.Failure) {
            try writer.write(claims[0], into: handles)
        } catch {
            refusal = error
        }
        guard case .folder(let fault) = refusal else {
            Issue.record("written through a link")
            return
        }
        #expect(fault.severity == .unavailable)
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "precious")
    }

    @Test("A closed drop directory answers everyone: nobody waits for ever")
    func closed() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        let claims = try await Sample.deliveries(2, scratch)
        let engine = try await CampaignEngine.open(journal: scratch.path + "/second.journal")
        let endpoints = try StandardEndpoints.make(["dir:\(path)"], relativeTo: scratch.path)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("two.csv", Sample.list(2))))
        try await engine.start(job.id, endpoints: endpoints)
        #expect(try await engine.ending(of: job.id) == .completed)
        await engine.stop()
        let directory = try #require(endpoints.first)
        await directory.close(deadline: .now)
        await directory.close(deadline: .now)
        #expect(await directory.check()?.severity == .unavailable)
        #expect(await directory.probe(claims) == [.unknown, .unknown])
        directory.prepare(claims)
        directory.deliver(claims)
    }
}
