import Foundation
import Testing

@testable import CampaignDomain
@testable import CampaignEndpoints

@Suite("A probe that is a program")
struct CommandProbeTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func program(_ text: String) throws -> CommandProbe {
        let path = try scratch.file("probe-\(UUID().uuidString)", "#!/bin/sh\n\(text)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return CommandProbe(path: path)
    }

    private func question(_ recipient: String = "ann@example.com") -> MessageQuestion {
        MessageQuestion(
            key: "abc", messageID: "abc@example.com", recipient: recipient, claimedAt: 1_000, lostAt: 2_001)
    }

    /// Asked on a thread of its own: programs are waited for.
    private func ask(_ probe: CommandProbe, _ questions: [MessageQuestion]) async -> [ProbeVerdict] {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: probe.verdicts(questions)) }.start()
        }
    }

    @Test("exit 0 is accepted, 1 is not accepted, everything else is unknown")
    func exits() async throws {
        let probe = try program("case $2 in 0*) exit 0;; 1*) exit 1;; 2*) exit 2;; 7*) exit 127;; *) kill -9 $$;; esac")
        let questions = ["0@x", "1@x", "2@x", "7@x", "k@x", "0@y"].map(question)
        #expect(await ask(probe, questions) == [.accepted, .notAccepted, .unknown, .unknown, .unknown, .accepted])
        #expect(await ask(CommandProbe(path: "/nonexistent/probe"), questions) == questions.map { _ in .unknown })
        #expect(await ask(probe, []) == [])
    }

    @Test("it is given Message-ID and recipient as they are, without a shell, and an environment without anything else")
    func arguments() async throws {
        let output = scratch.path + "/output"
        // Somebody's file, open in this process and not marked to be closed.
        let descriptor = dup(0)
        let open = fcntl(descriptor, F_DUPFD, 150)
        defer { for number in [descriptor, open] { close(number) } }
        let probe = try program("{ echo \"$# $1 $2\"; env | sort; cat; ls /proc/$$/fd; } > '\(output)'; exit 1")
        let odd = "\"a b;$(touch x)'*\"@example.com"
        #expect(await ask(probe, [question(odd)]) == [.notAccepted])
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.first == "2 abc@example.com \(odd)")
        let own = lines.filter { $0.hasPrefix("CAMPAIGN_") }
        #expect(
            own == [
                "CAMPAIGN_CLAIMED_AT=1", "CAMPAIGN_KEY=abc", "CAMPAIGN_LOST_AT=3",
                "CAMPAIGN_MESSAGE_ID=abc@example.com",
                "CAMPAIGN_RECIPIENT=\(odd)",
            ])
        // The shell adds three of its own. This process has far more.
        let names = Set(lines.compactMap { $0.contains("=") ? String($0.prefix { $0 != "=" }) : nil })
        let others = names.filter { !$0.hasPrefix("CAMPAIGN_") }
        #expect(others.isSubset(of: ["PATH", "HOME", "LANG", "TZ", "PWD", "OLDPWD", "SHLVL", "_"]), "\(others)")
        #expect(open >= 150 && lines.contains("1") && !lines.contains("\(open)"))
    }

    @Test("one that does not end is killed with its children, and is unknown; the others are asked meanwhile")
    func hangs() async throws {
        let pidFile = scratch.path + "/pid"
        var probe = try program("case $2 in h*) sleep 1000 & echo $! > '\(pidFile)'; wait;; *) exit 0;; esac")
        // The only one that runs out is the one that hangs, however slow the machine is.
        probe.timeLimit = .seconds(10)
        probe.parallelMax = 2
        #expect(await ask(probe, ["h@x", "a@x", "b@x"].map(question)).first == .unknown)
        // On a machine that is so busy that it could not even begin in its time, there is nothing left to be looked at.
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8),
            let child = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
        else { return }
        // Killed, that is a matter of moments; whoever has inherited it collects it, sooner or later.
        var state = "?"
        for _ in 0..<3_000 {
            state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
            if state.isEmpty || state.contains(") Z") || state.contains(") X") { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(state.isEmpty || state.contains(") Z") || state.contains(") X"))
    }
}
