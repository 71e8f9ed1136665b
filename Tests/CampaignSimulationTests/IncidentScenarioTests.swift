import Foundation
import Testing

@testable import CampaignSimulation

/// What once happened to other systems, with its numbers, put to this engine.
@Suite struct IncidentScenarioTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/Incidents")

    private func incident(_ name: String) throws -> Incident {
        let url = Self.directory.appending(path: name + ".yaml")
        return try IncidentFile.read(String(contentsOf: url, encoding: .utf8), name: name + ".yaml")
    }

    private func run(_ incident: Incident, flaw: IncidentFlaw? = nil) throws -> IncidentRun {
        let path = FileManager.default.temporaryDirectory.path + "/incident-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return IncidentRun(incident, try SimulatedList.write(rows: incident.recipients, to: path), fault: flaw)
    }

    @Test(
        "R1, R7, R8, R9, R21, R25, R26, R28: the incident goes as its file tells",
        arguments: [
            "R1-interrupted-delivery", "R7-store-lost", "R8-server-unavailable", "R9-directory-unavailable",
            "R21-another-host", "R25-killed-under-load", "R26-clean-stop", "R28-retry-queue",
        ])
    func asTold(name: String) throws {
        let incident = try incident(name)
        #expect(name.hasPrefix(incident.row + "-") && !incident.there.isEmpty && !incident.here.isEmpty)
        #expect(!incident.expectations.isEmpty)
        let run = try run(incident)
        #expect(run.violation == nil, "\(run.violation?.description ?? ""): simulate incident \(name)")
    }

    @Test("every file of the directory is run by the test above")
    func complete() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.directory.path)
        #expect(names.filter { $0.hasSuffix(".yaml") }.count == 8)
    }

    @Test(
        "a number that is off by one is noticed",
        arguments: ["R8-server-unavailable", "R21-another-host", "R26-clean-stop"])
    func offByOne(name: String) throws {
        var incident = try incident(name)
        let index = try #require(
            incident.expectations.firstIndex {
                if case .measure(let measure) = $0.quantity {
                    !measure.isDuration && $0.range.count == 1
                } else {
                    false
                }
            })
        let wanted = incident.expectations[index].range.lowerBound + 1
        incident.expectations[index].range = wanted...wanted
        let run = try run(incident)
        #expect(run.violation?.promise == .asTold, "\(run.summary)")
    }

    @Test(
        "an engine that forgets, a stop that nobody hears, a server that stays away: each is noticed",
        arguments: [
            (IncidentFlaw.journalForgotten, "R25-killed-under-load"), (.stopIgnored, "R26-clean-stop"),
            (.staysGone, "R8-server-unavailable"),
        ])
    func flaw(flaw: IncidentFlaw, name: String) throws {
        #expect(try run(incident(name), flaw: flaw).violation != nil)
    }

    @Test(
        "a mistake in a file is named with its line",
        arguments: [
            ("recipients: many\n", "f:1: a number"), ("row: R1\nscrpt: []\n", "f:2: scrpt is not known"),
            ("script:\n  - {when: {settled: 1}, do: [explode]}\n", "f:2: explode is not known"),
            ("store: {interval: soon}\n", "f:1: a duration"), ("expect:\n  end: {sent: 1}\n", "no step is called end"),
        ])
    func mistakes(text: String, sentence: String) throws {
        let error = #expect(throws: IncidentFile.Mistake.self) { try IncidentFile.read(text, name: "f") }
        #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
    }
}
