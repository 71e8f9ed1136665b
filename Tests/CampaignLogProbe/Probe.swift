import CampaignLog
import Glibc

/// A child process for the tests of `CampaignLog`, and its stopwatch.
@main
enum Probe {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else {
            print("usage: CampaignLogProbe hold|epoch|commit|verify|measure DIRECTORY [EVENTS-PER-COMMIT COMMITS]")
            exit(64)
        }
        let directory = arguments[2]
        do {
            switch arguments[1] {
            case "hold": try hold(directory)
            case "epoch": try beginEpoch(directory)
            case "verify":
                let store = try LMDBEventStore.open(directory: directory, mode: .reader)
                say("ok \(try LogVerifier.verify(store).ok)")
            case "commit": try commitForever(directory)
            case "measure":
                let events = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
                let commits = arguments.count > 4 ? Int(arguments[4]) ?? 1_000 : 1_000
                try Measurement(directory: directory, eventsPerCommit: events, commits: commits).run()
            default: exit(64)
            }
        } catch {
            say("error \(error)")
            exit(1)
        }
    }

    /// Holds the engine's lock until standard input ends.
    private static func hold(_ directory: String) throws {
        let lock = try EngineLock.acquire(directory: directory, engineVersion: "probe-1")
        say("held")
        _ = readLine()
        lock.release()
    }

    /// Begins an epoch, as an engine that takes over does.
    private static func beginEpoch(_ directory: String) throws {
        let store = try LMDBEventStore.open(directory: directory, mode: .engine(.current()))
        let head = try store.beginEpoch { epoch in started(epoch) }
        say("epoch \(head.epoch)")
    }

    /// Commits until it is killed, and says after each commit which sequence is durable.
    private static func commitForever(_ directory: String) throws {
        let lock = try EngineLock.acquire(directory: directory, engineVersion: "probe-1")
        defer { lock.release() }
        let store = try LMDBEventStore.open(directory: directory, mode: .engine(.current()))
        var head = try store.beginEpoch { epoch in started(epoch) }
        while true {
            say("\(head.nextSequence - 1)")
            let count = UInt32(head.nextSequence % 7 + 1)
            let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: head.nextSequence), count: Int(count) * 32)
            head = try store.commit(
                CommitGroup(
                    frames: [FrameDraft(job: 1, time: 0, count: count, payload: payload)],
                    puts: [TablePut(table: .snapshots, key: .number(1), value: payload)]
                )
            )
        }
    }

    static func started(_ epoch: UInt64) -> FrameDraft {
        FrameDraft(job: 0, time: 0, count: 1, payload: [UInt8("E".utf8.first ?? 0), UInt8(truncatingIfNeeded: epoch)])
    }

    /// A line on standard output, at once.
    static func say(_ line: String) {
        let bytes = [UInt8]((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
