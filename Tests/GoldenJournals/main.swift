import Foundation

// Writes the golden journals anew: `swift run golden-journals Fixtures/Journals`. Only for a new format, beside the old
// ones: journals that exist must stay readable as they are.
guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: golden-journals DIRECTORY\n".utf8))
    exit(64)
}
let target = CommandLine.arguments[1]
let scratch = FileManager.default.temporaryDirectory.path + "/golden-\(UUID().uuidString)"
defer { try? FileManager.default.removeItem(atPath: scratch) }
let scripts: [(name: String, script: (GoldenWriter) async throws -> Void)] = [
    ("completed", GoldenScripts.completed), ("interrupted", GoldenScripts.interrupted), ("held", GoldenScripts.held),
]
for (name, script) in scripts {
    let journal = try GoldenWriter(scratch: "\(scratch)/\(name)")
    try await script(journal)
    try journal.finish("\(target)/\(name)")
    print("\(target)/\(name)")
}
