import Testing

@Suite("The journal after a power cut", .serialized, .timeLimit(.minutes(5)))
struct CrashImagesTests {
    @Test(
        "Law 5: whatever a power cut leaves of the real journal recovers to the acknowledged commits, keeps the laws, and goes on",
        arguments: [1, 2])
    func recovers(seed: Int) async throws {
        let run = try await Tool.run(
            "--seed", "\(seed)", "--every", "7", "--sample", "4", "--recipients", "60", "--recoveries", "2",
            "--jobs", "1")
        #expect(run.status == 0, "\(run.output)")
        let words = run.output.split(separator: "\n").last?.split(separator: " ") ?? []
        #expect(words.suffix(2) == ["all", "recovered"], "\(run.output)")
        // Proof that there was something to recover from.
        #expect(words.first.flatMap { Int($0) } ?? 0 > 200, "\(run.output)")
    }

    @Test(
        "A journal whose flushes lie, one that acknowledges too early, and a drop directory that is not flushed are caught",
        arguments: ["flushes", "acknowledgements", "folder"])
    func brokenIsCaught(defect: String) async throws {
        let run = try await Tool.run("--broken", defect, "--every", "5", "--recipients", "40", "--jobs", "1")
        #expect(run.status == 1, "\(run.output)")
        let command = run.output.split(separator: "\n").last?.split(separator: " ") ?? []
        #expect(command.first == "repeat:", "\(run.output)")
        let again = try await Tool.run(in: run.directory, command.dropFirst(2).map(String.init))
        // The same image fails again. What shows it first may differ: an engine's threads take turns as they like.
        let failure = try #require(run.output.split(separator: "\n").first { $0.hasPrefix("image") }, "\(run.output)")
        let image = failure.prefix { $0 != ":" } + ": "
        #expect(again.status < 0 || again.status == 1 && again.output.hasPrefix(image), "\(again.output)")
        #expect(!again.output.contains("recovered"), "\(again.output)")
    }
}
