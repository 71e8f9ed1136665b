import Foundation

// Writes the golden journals that are not there yet: `swift run golden-journals Fixtures/Journals`. Those that exist must
// stay readable as they are, and are never written again.
guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: golden-journals DIRECTORY\n".utf8))
    exit(64)
}
let target = CommandLine.arguments[1]
let scratch = FileManager.default.temporaryDirectory.path + "/golden-\(UUID().uuidString)"
defer { try? FileManager.default.removeItem(atPath: scratch) }
let scripts: [(name: String, script: (GoldenWriter) async throws -> Void)] = [
    ("completed", GoldenScripts.completed), ("interrupted", GoldenScripts.interrupted), ("held", GoldenScripts.held),
    ("limited", GoldenScripts.limited),
]
for (name, script) in scripts {
    guard !FileManager.default.fileExists(atPath: "\(target)/\(name)") else {
        print("\(target)/\(name) is there already and stays as it is")
        continue
    }
    let journal = try GoldenWriter(scratch: "\(scratch)/\(name)")
    try await script(journal)
    try journal.finish("\(target)/\(name)")
    print("\(target)/\(name)")
}
