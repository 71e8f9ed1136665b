import CampaignEngine
import CampaignManifest
import Foundation
import Testing

@testable import campaign

@Suite struct CampaignFileTests {
    private static let manifest = """
        job: k
        from: a@example.com
        subject: s
        recipients: list.csv
        text: texts/m.txt
        suppress: stop.csv

        """

    private func directory(_ files: [String: String]) throws -> String {
        let directory = FileManager.default.temporaryDirectory.path + "/campaign-cli-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory + "/texts", withIntermediateDirectories: true)
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        return directory
    }

    private static let files = [
        "c.yaml": manifest, "list.csv": "email\na@example.com\n", "texts/m.txt": "hello", "stop.csv": "email\n",
    ]

    @Test("paths are relative to the campaign file") func relative() throws {
        let directory = try directory(Self.files)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = try CampaignFile.load(directory + "/c.yaml", skipsInvalid: true)
        #expect(file.definition.text?.source == "hello")
        #expect(file.definition.text?.name == directory + "/texts/m.txt")
        #expect(file.recipients.path == directory + "/list.csv")
        #expect(file.recipients.suppressionPaths == [directory + "/stop.csv"])
        #expect(file.recipients.skipsInvalid)
        #expect(file.definition.name == "k")
    }

    @Test(
        "a missing file is named with its line in the campaign file",
        arguments: ["list.csv", "texts/m.txt", "stop.csv"])
    func missing(_ name: String) throws {
        let directory = try directory(Self.files.filter { $0.key != name })
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let error = #expect(throws: CLIError.self) { try CampaignFile.load(directory + "/c.yaml") }
        #expect(error?.status == .inputNotFound)
        #expect(error?.place?.contains("c.yaml:") == true)
        #expect(error?.description.contains(name) == true)
    }

    @Test("a campaign file that is not there, or is a directory, is no input", arguments: ["/none.yaml", "/texts"])
    func absent(_ name: String) throws {
        let directory = try directory([:])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let error = #expect(throws: CLIError.self) { try CampaignFile.load(directory + name) }
        #expect(error?.status == .inputNotFound)
    }

    @Test("each mistake in a campaign file is a line of its own, and bad input") func mistakes() throws {
        let directory = try directory(["c.yaml": Self.manifest + "rate: fast\ncolour: red\n"])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let error = #expect(throws: CLIError.self) { try CampaignFile.load(directory + "/c.yaml") }
        #expect(error?.status == .badInput)
        #expect(error?.lines.count == 2)
        #expect(error?.lines.allSatisfy { $0.hasPrefix("campaign: `") && $0.contains("c.yaml:") } == true)
        #expect(error?.further.allSatisfy { $0.status == .badInput } == true)
    }

    @Test("the sample that init writes is a good campaign file") func sample() throws {
        let text = try #require(SampleCampaign.files.first { $0.name == "campaign.yaml" }).text
        let manifest = try ManifestDecoder.decode(text, file: "campaign.yaml")
        let written = SampleCampaign.files.map(\.name)
        #expect(written.contains(manifest.recipients.value))
        #expect(manifest.endpoints.map(\.value) == ["dir:outbox"])
    }

    @Test("a template that is not UTF-8 is refused") func notText() throws {
        let directory = try directory(Self.files)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data([0x68, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: directory + "/texts/m.txt"))
        let error = #expect(throws: CLIError.self) { try CampaignFile.load(directory + "/c.yaml") }
        #expect(error?.status == .badInput)
    }

    @Test(
        "the directory of a path",
        arguments: [("c.yaml", "."), ("a/c.yaml", "a"), ("/c.yaml", "/"), ("/a/b/c", "/a/b")])
    func directories(_ path: String, _ directory: String) {
        #expect(CampaignFile.directory(of: path) == directory)
    }

    @Test("the journal is the option, else the variable, else beside the campaign file, else here") func journal() {
        let environment = ["CAMPAIGN_JOURNAL": "/env"]
        func resolve(_ option: String?, _ environment: [String: String], _ file: String?) -> String {
            JournalPath.resolve(option: option, environment: environment, campaignFile: file)
        }
        #expect(resolve("/opt", environment, "a/c.yaml") == "/opt")
        #expect(resolve(nil, environment, "a/c.yaml") == "/env")
        #expect(resolve(nil, ["CAMPAIGN_JOURNAL": ""], "a/c.yaml") == "a/campaign.journal")
        #expect(resolve(nil, [:], "c.yaml") == "campaign.journal")
        #expect(resolve(nil, [:], nil) == "campaign.journal")
    }
}
