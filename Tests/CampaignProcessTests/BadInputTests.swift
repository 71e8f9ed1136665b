import Foundation
import Testing

extension ProcessTests {
    /// Lists, manifests and fields as they should not be.
    @Suite("Bad input", .serialized)
    struct BadInputTests {
        /// Where each fixture's fault lies.
        static let faults = [
            "stray-quote.csv:3:16", "text-after-quote.csv:2:20", "unterminated-quote.csv:3:15", "nul-byte.csv:2:16",
            "invalid-utf8.csv:2:16", "too-few-fields.csv:3:1", "too-many-fields.csv:2:19", "bad-address.csv:4:20",
            "nested-value.jsonl:2:33", "unknown-key.jsonl:2:27", "duplicate-key.jsonl:2:27", "not-json.jsonl:2:1",
            "cut-short.jsonl:2:33", "half-surrogate.jsonl:2:34", "missing-email-column.csv:1:1",
            "duplicate-column.csv:1:12", "empty-column-name.csv:1:7", "empty.csv:1:1", "utf16.csv:1:1",
            "not-an-object.jsonl:1:1",
        ]

        private static let fixtures = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/BadLists").path

        @Test("R10: every bad list exits 65 and names file, line and column; nothing is sent and nothing stays")
        func badLists() async throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: Self.fixtures).sorted()
            let expected = Self.faults.map { String($0.prefix { $0 != ":" }) }.sorted()
            #expect(names == expected, "each fixture has its place here")
            for fault in Self.faults {
                let scratch = try Scratch()
                let name = String(fault.prefix { $0 != ":" })
                let campaign = try TestCampaign(scratch, recipients: 0, endpoints: ["dir:outbox"])
                try write(scratch, list: "\(Self.fixtures)/\(name)")
                let finished = try await campaign.run("--quiet")
                #expect(finished.status == 65, "\(name): \(finished)")
                #expect(finished.diagnostics.contains(fault + ":"), "\(name): \(finished)")
                #expect(try files(scratch.file("outbox")).isEmpty)
                let jobs = try await campaign.command("jobs", "--json")
                #expect(!jobs.output.contains("\"key\""), "\(name): \(jobs)")
            }
        }

        @Test("R11: a missing list or template exits 66 and an unknown key exits 65 naming the nearest")
        func badManifests() async throws {
            let scratch = try Scratch()
            let campaign = try TestCampaign(scratch, recipients: 3, endpoints: ["dir:outbox"])
            let manifest = try String(contentsOfFile: scratch.file("campaign.yaml"), encoding: .utf8)

            try scratch.write("campaign.yaml", manifest.replacingOccurrences(of: "subject:", with: "subjct:"))
            let misspelt = try await campaign.run("--quiet")
            #expect(misspelt.status == 65, "\(misspelt)")
            #expect(misspelt.diagnostics.contains("campaign.yaml:3:1"), "\(misspelt)")
            #expect(misspelt.diagnostics.contains("`subjct`"), "\(misspelt)")
            #expect(misspelt.diagnostics.contains("`subject`"), "\(misspelt)")

            try scratch.write("campaign.yaml", manifest.replacingOccurrences(of: "recipients.csv", with: "nobody.csv"))
            let noList = try await campaign.run("--quiet")
            #expect(noList.status == 66, "\(noList)")
            #expect(noList.diagnostics.contains("nobody.csv"), "\(noList)")

            try scratch.write("campaign.yaml", manifest.replacingOccurrences(of: "message.txt", with: "nothing.txt"))
            let noText = try await campaign.run("--quiet")
            #expect(noText.status == 66, "\(noText)")
            #expect(noText.diagnostics.contains("nothing.txt"), "\(noText)")

            try scratch.write("campaign.yaml", manifest)
            try scratch.write("message.txt", "Dear {{nmae}}\n")
            let noColumn = try await campaign.run("--quiet")
            #expect(noColumn.status == 65, "\(noColumn)")
            #expect(noColumn.diagnostics.contains("nmae"), "\(noColumn)")

            let noFile = try await campaign.command("run", "nowhere.yaml")
            #expect(noFile.status == 66, "\(noFile)")
            #expect(try files(scratch.file("outbox")).isEmpty)
        }

        @Test("fields with line breaks and header lines in them add no header to any message")
        func headerInjection() async throws {
            let scratch = try Scratch()
            let campaign = try TestCampaign(scratch, recipients: 0, endpoints: ["dir:outbox"])
            let names = [
                "Ada", "Ada\r\nBcc: thief@example.com", "Ada\nBcc: thief@example.com", "Ada\rBcc: thief@example.com",
                "\r\n\r\n<html>", "Ada\r\n Bcc: thief@example.com", "\r\nBcc: thief@example.com\r\n\r\nbody",
                "Ada\u{0B}\u{0C}\u{85}\u{2028}Bcc: thief@example.com", "Zoë\r\nBcc: thief@example.com",
                String(repeating: "long ", count: 400) + "\r\nBcc: thief@example.com",
                "=?utf-8?Q?=0D=0ABcc:_thief@example.com?=",
            ]
            var list = "email,name\n"
            for (ordinal, name) in names.enumerated() { list += "\(TestCampaign.address(ordinal)),\"\(name)\"\n" }
            try scratch.write(TestCampaign.listName, list)
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")

            let delivered = try files(scratch.file("outbox")).filter { $0.hasSuffix(".eml") }
            #expect(delivered.count == names.count)
            var shapes: Set<[String]> = []
            for name in delivered {
                let message = try DeliveredMessage(path: scratch.file("outbox/\(name)"))
                #expect(message.isWellFormed)
                #expect(message.values(of: "bcc").isEmpty)
                #expect(message.values(of: "subject").count == 1)
                shapes.insert(message.fields.map(\.name).filter { !$0.hasPrefix("content-") }.sorted())
            }
            #expect(shapes.count == 1, "every message has the same headers: \(shapes)")
        }

        private func write(_ scratch: Scratch, list: String) throws {
            try scratch.write("message.txt", "Hello\n")
            try scratch.write(
                "campaign.yaml",
                """
                job: bad
                from: shop@example.com
                subject: Hello
                recipients: \(list)
                text: message.txt
                endpoints: [dir:outbox]

                """)
        }

        private func files(_ path: String) throws -> [String] {
            guard FileManager.default.fileExists(atPath: path) else { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != "tmp" }
        }
    }
}
