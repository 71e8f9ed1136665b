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
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(700))))
        try await engine.start(job.id, endpoints: try StandardEndpoints.make(["dir:out"], relativeTo: scratch.path))
        #expect(try await engine.ending(of: job.id) == .completed)
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").filter { $0 != "tmp" }
        #expect(files.count == 700)
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
        let claims = try await Self.deliveries(2, scratch)
        let path = scratch.path + "/probe"
        do {
            var folder = DropFolder(path: path)
            #expect(folder.open(creating: true) == nil)
            for claim in claims { try folder.write(claim) }
            #expect(folder.flush() == nil)
            #expect(folder.show(claims[0]) == .sent(reply: "\(claims[0].key).eml"))
        }
        var after = DropFolder(path: path)
        #expect(after.probe(claims) == [.accepted, .notAccepted])
        try FileManager.default.removeItem(atPath: path)
        var gone = DropFolder(path: path)
        #expect(gone.probe(claims) == [.unknown, .unknown])
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var empty = DropFolder(path: path)
        #expect(empty.probe(claims) == [.unknown, .unknown])
    }

    @Test("R9: a directory that goes away pauses the endpoint, and the campaign goes on when it is back")
    func directoryGone() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        var folder = DropFolder(path: path)
        #expect(folder.open(creating: true) == nil)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        // Not made anew: it may be a disk that is not mounted.
        let fault = folder.open(creating: false)
        #expect(fault?.severity == .unavailable)
        #expect(fault?.reason.contains(path) == true)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(folder.open(creating: false) == nil)
    }

    /// Real deliveries, caught on their way.
    private static func deliveries(_ count: Int, _ scratch: Scratch) async throws -> [Delivery] {
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(count))))
        let caught = Catcher()
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "catcher", capacity: count) { delivery in
                    await caught.put(delivery)
                    return .sent(reply: "")
                }
            ])
        _ = try await engine.ending(of: job.id)
        await engine.stop()
        return await caught.all
    }
}

private actor Catcher {
    var all: [Delivery] = []
    func put(_ delivery: Delivery) { all.append(delivery) }
}
