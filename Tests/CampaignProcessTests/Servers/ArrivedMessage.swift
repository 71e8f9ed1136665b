import Foundation
import Testing

/// A message as a server has put it into a mail folder: what the server wrote above it, and the message itself.
struct ArrivedMessage {
    /// Lower-case names and values of the fields that were added on the way, unfolded.
    let trace: [(name: String, value: String)]
    /// From the first field that the sender wrote; lines end in LF.
    let original: String

    /// Fields that servers put on top (RFC 5321 §4.4, RFC 9228).
    private static let added: Set<String> = ["return-path", "x-original-to", "delivered-to", "received"]

    init(_ text: String) {
        let text = text.replacingOccurrences(of: "\r\n", with: "\n")
        var trace: [(name: String, value: String)] = []
        var rest = text[...]
        while let end = rest.firstIndex(of: "\n") {
            let line = rest[..<end]
            if line.first == " " || line.first == "\t" {
                guard !trace.isEmpty else { break }
                trace[trace.count - 1].value += line
            } else {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, Self.added.contains(parts[0].lowercased()) else { break }
                trace.append((parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)))
            }
            rest = rest[rest.index(after: end)...]
        }
        self.trace = trace
        original = String(rest)
    }

    /// Everything below the folder's `new` directories.
    static func all(in folder: String) throws -> [ArrivedMessage] {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: folder) else { return [] }
        return try names.filter { $0.contains("new/") }.map { name in
            ArrivedMessage(
                String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self))
        }
    }

    /// Files below the folder's `new` directories so far.
    static func count(in folder: String) -> Int {
        (try? FileManager.default.subpathsOfDirectory(atPath: folder))?.count { $0.contains("new/") } ?? 0
    }

    func field(_ name: String) -> String? {
        let header = original.components(separatedBy: "\n\n")[0]
        return header.split(separator: "\n").first { $0.lowercased().hasPrefix("\(name.lowercased()):") }
            .map { String($0.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces) }
    }

    var messageID: String? { field("Message-ID") }
    var recipient: String? { field("To") }
    /// The name under which the server queued it: another delivery of the same message has the same.
    var queueID: String? {
        trace.first { $0.name == "received" }?.value.split(separator: " ").drop { $0 != "id" }.dropFirst().first
            .map { String($0.prefix { $0 != ";" }) }
    }

    /// Apart from the moment at which it was made.
    var undated: String {
        original.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("Date: ") }.joined(separator: "\n")
    }
}

extension TestCampaign {
    /// Each recipient's message has arrived exactly once, and those of some are, byte for byte, what `preview` shows.
    func expectArrived(
        _ messages: [ArrivedMessage], except missing: Set<String> = [], _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let expected = addresses.subtracting(missing)
        #expect(messages.count == expected.count, sourceLocation: location)
        #expect(Set(messages.compactMap(\.messageID)).count == messages.count, sourceLocation: location)
        #expect(Set(messages.compactMap(\.recipient)) == expected, sourceLocation: location)
        for ordinal in [0, recipients / 2, recipients - 1] where expected.contains(Self.address(ordinal)) {
            let preview = try await command(previewing: ordinal)
            let arrived = messages.first { $0.recipient == Self.address(ordinal) }
            #expect(arrived?.undated == ArrivedMessage(preview).undated, sourceLocation: location)
        }
    }

    private func command(previewing ordinal: Int) async throws -> String {
        let arguments = ["preview", "campaign.yaml", "--ordinal", "\(ordinal)", "--eml"]
        let finished = try await RunningProcess(try Programs.campaign(), arguments, directory: scratch.path).finished()
        try #require(finished.status == 0, "\(finished)")
        return finished.output
    }
}
