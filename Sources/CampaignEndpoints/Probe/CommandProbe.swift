import CCampaignFileSystem
import CampaignDomain
import Dispatch
import Foundation
import Synchronization

/// Asks a program of the user's: `PROGRAM MESSAGE-ID RECIPIENT`, without a shell. Exit 0 is accepted, 1 is not accepted,
/// anything else unknown.
///
/// Its environment holds `PATH`, `HOME`, `LANG` and `TZ` as they are here, and `CAMPAIGN_KEY`, `CAMPAIGN_MESSAGE_ID`,
/// `CAMPAIGN_RECIPIENT`, `CAMPAIGN_CLAIMED_AT` and `CAMPAIGN_LOST_AT` (seconds since 1970), nothing else: what is secret in
/// this process stays here. Its input and output are `/dev/null`. It has 10 s; then it and its children are killed, which
/// is unknown. Four run at a time.
struct CommandProbe: MessageProbe {
    let path: String
    var timeLimit: Duration = .seconds(10)
    var parallelMax = 4

    func verdicts(_ questions: [MessageQuestion]) -> [ProbeVerdict] {
        let next = Mutex(0)
        let answers = Mutex([ProbeVerdict](repeating: .unknown, count: questions.count))
        let group = DispatchGroup()
        for _ in 0..<min(parallelMax, questions.count) {
            let worker = Thread {
                while let index = next.withLock({ next -> Int? in
                    guard next < questions.count else { return nil }
                    defer { next += 1 }
                    return next
                }) {
                    let verdict = ask(questions[index])
                    answers.withLock { $0[index] = verdict }
                }
                group.leave()
            }
            group.enter()
            worker.start()
        }
        group.wait()
        return answers.withLock { $0 }
    }

    private func ask(_ question: MessageQuestion) -> ProbeVerdict {
        guard let process = spawn([path, question.messageID, question.recipient], environment(question)) else {
            return .unknown
        }
        return switch wait(for: process) {
        case 0: .accepted
        case 1: .notAccepted
        default: .unknown
        }
    }

    private func environment(_ question: MessageQuestion) -> [String] {
        let inherited = ProcessInfo.processInfo.environment
        var environment = ["PATH", "HOME", "LANG", "TZ"].compactMap { name in inherited[name].map { "\(name)=\($0)" } }
        environment.append("CAMPAIGN_KEY=\(question.key)")
        environment.append("CAMPAIGN_MESSAGE_ID=\(question.messageID)")
        environment.append("CAMPAIGN_RECIPIENT=\(question.recipient)")
        if let time = question.claimedAt { environment.append("CAMPAIGN_CLAIMED_AT=\(time / 1000)") }
        if let time = question.lostAt { environment.append("CAMPAIGN_LOST_AT=\((time + 999) / 1000)") }
        return environment
    }

    /// Starts it in a process group of its own, with the signals as a program expects them; nil when it cannot be started.
    private func spawn(_ arguments: [String], _ environment: [String]) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        guard unsafe posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        for descriptor: Int32 in 0...2 {
            unsafe posix_spawn_file_actions_addopen(
                &actions, descriptor, "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY, 0)
        }
        // Nothing that this process has open is the program's business.
        guard unsafe campaign_spawn_close_from(&actions, 3) == 0 else { return nil }
        var none = sigset_t()
        var all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var envp = unsafe environment.map { unsafe strdup($0) } + [nil]
        let copies = unsafe argv + envp
        defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
        var process = pid_t()
        var code = unsafe posix_spawn(&process, path, &actions, &attributes, &argv, &envp)
        // Somebody is just putting it there, or has the file open for an instant without knowing.
        for _ in 0..<100 where code == ETXTBSY {
            usleep(20_000)
            code = unsafe posix_spawn(&process, path, &actions, &attributes, &argv, &envp)
        }
        return code == 0 ? process : nil
    }

    /// Its exit code; nil when it was ended by a signal or had to be.
    private func wait(for process: pid_t) -> Int32? {
        let deadline = ContinuousClock.now + timeLimit
        var pause: UInt32 = 500
        var status: Int32 = 0
        while true {
            let ended = unsafe waitpid(process, &status, WNOHANG)
            if ended == process { break }
            guard ended == 0 || errno == EINTR else { return nil }
            guard ContinuousClock.now < deadline else {
                kill(-process, SIGKILL)
                while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
                return nil
            }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
        // WIFEXITED and WEXITSTATUS, which are macros.
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }
}
