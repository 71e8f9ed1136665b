import Foundation
import Testing

/// A campaign in a directory of its own: list, template, manifest, journal, and the command line to run it with.
final class TestCampaign {
    let scratch: Scratch
    let recipients: Int
    var journal: String

    static let listName = "recipients.csv"
    static let key = "spring"

    /// - Parameters:
    ///   - recipients: written as `r000000@example.com` and so on, with a column `name`.
    ///   - manifest: further lines of the campaign file.
    init(_ scratch: Scratch, recipients: Int, endpoints: [String], manifest: String = "") throws {
        self.scratch = scratch
        self.recipients = recipients
        journal = scratch.file("campaign.journal")
        var list = "email,name\n"
        for ordinal in 0..<recipients { list += "\(Self.address(ordinal)),Name \(ordinal)\n" }
        try scratch.write(Self.listName, list)
        try scratch.write("message.txt", "Dear {{name}},\n\n" + String(repeating: "spring is here. ", count: 20) + "\n")
        let quoted = endpoints.map { "\"\($0)\"" }.joined(separator: ", ")
        try scratch.write(
            "campaign.yaml",
            """
            job: \(Self.key)
            from: "Shop <shop@example.com>"
            subject: "{{name}}, spring is here"
            recipients: \(Self.listName)
            text: message.txt
            endpoints: [\(quoted)]
            \(manifest)

            """)
    }

    static func address(_ ordinal: Int) -> String {
        let digits = String(ordinal)
        return "r" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "@example.com"
    }

    var addresses: Set<String> { Set((0..<recipients).map(Self.address)) }

    // MARK: The command line

    /// Starts any command on this campaign's journal.
    func start(_ arguments: [String]) throws -> RunningProcess {
        try RunningProcess(
            try Programs.campaign(), arguments + ["--journal", journal], directory: scratch.path)
    }

    func startRun(_ options: String...) throws -> RunningProcess { try start(["run", "campaign.yaml"] + options) }

    /// Runs any command to its end.
    func command(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Finished {
        try await start(arguments).finished(within: limit)
    }

    func run(_ options: String..., within limit: Duration = .seconds(120)) async throws -> Finished {
        try await start(["run", "campaign.yaml"] + options).finished(within: limit)
    }

    // MARK: What the journal says

    func status() async throws -> StatusObject {
        let finished = try await command("status", "--json")
        try #require(finished.status == 0, "\(finished)")
        return try JSONLines.one(finished.output)
    }

    func events(_ types: String...) async throws -> [EventObject] {
        let finished = try await start(["log", "--json"] + types.flatMap { ["--type", $0] }).finished()
        try #require(finished.status == 0, "\(finished)")
        return try JSONLines.all(finished.output)
    }

    func doubts() async throws -> [DoubtObject] {
        let finished = try await command("in-doubt", "--json")
        try #require(finished.status == 0, "\(finished)")
        return try JSONLines.all(finished.output)
    }

    /// The laws hold, the hashes are right, and a replay from the first event gives the same state.
    func expectSound(_ location: SourceLocation = #_sourceLocation) async throws {
        let audit = try await command("audit", "--json")
        let laws: AuditObject = try JSONLines.one(audit.output)
        #expect(audit.status == 0 && laws.ok, "\(laws.violations.prefix(5))", sourceLocation: location)
        let verify = try await command("verify", "--json")
        let proof: VerifyObject = try JSONLines.one(verify.output)
        #expect(verify.status == 0 && proof.ok, "\(proof.reason ?? "")", sourceLocation: location)
        let replay = try await command("replay", "--check")
        #expect(replay.status == 0, "\(replay)", sourceLocation: location)
    }

    /// Everyone has exactly one outcome.
    func expectAllSettled(
        _ status: StatusObject, state: String = "completed", _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(status.state == state, sourceLocation: location)
        #expect(status.total == recipients, sourceLocation: location)
        #expect(status.settled == status.total, "\(status)", sourceLocation: location)
        #expect(status.pending == 0 && status.claimed == 0 && status.deferred == 0, sourceLocation: location)
    }

    /// What was accepted, checked against the journal: no second copy, nobody missing but those in doubt.
    ///
    /// - Returns: the addresses in doubt that were not accepted.
    @discardableResult
    func expectOneEach(
        _ accepted: [RecordingServer.Accepted], _ location: SourceLocation = #_sourceLocation
    ) async throws -> Set<String> {
        let reached = Set(accepted.map(\.address))
        #expect(Set(accepted.map(\.key)).count == accepted.count, "a key was accepted twice", sourceLocation: location)
        #expect(reached.count == accepted.count, "an address was reached twice", sourceLocation: location)
        #expect(accepted.allSatisfy { !$0.key.isEmpty }, "a message without key", sourceLocation: location)
        let doubts = try await doubts()
        let held = Set(doubts.map(\.address))
        #expect(doubts.count == held.count, "listed twice", sourceLocation: location)
        let missing = addresses.subtracting(reached)
        #expect(missing.subtracting(held).isEmpty, "missing, and not in doubt", sourceLocation: location)
        #expect(reached.subtracting(addresses).isEmpty, "nobody asked for these", sourceLocation: location)
        let keys = Dictionary(accepted.map { ($0.address, $0.key) }, uniquingKeysWith: { first, _ in first })
        for doubt in doubts {
            guard let key = keys[doubt.address] else { continue }
            #expect(key == doubt.key, sourceLocation: location)
        }
        return missing
    }
}
