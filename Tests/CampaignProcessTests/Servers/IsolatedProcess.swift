import Foundation
import Testing

/// A server in a process name space of its own: everything that it starts ends with it, at once.
final class IsolatedProcess {
    private let process: RunningProcess

    /// - Parameters:
    ///   - script: what a shell is to do, in the foreground; the shell stays the first process of the name space. A server
    ///     in its place may change its credentials, and then forgets whose end is to be its own (prctl(2) of
    ///     PR_SET_PDEATHSIG). It cannot be left to `wait` for a job in the background either: as the first process of a
    ///     name space dash was seen to wait on when the job had ended.
    ///   - argument: `$0` of the script.
    ///   - directory: where its output is kept, and where it runs.
    ///   - mounts: whether what it mounts is seen by nobody else.
    init(script: String, argument: String, directory: String, mounts: Bool = false) throws {
        process = try RunningProcess(
            "/usr/bin/unshare",
            (mounts ? ["--mount", "--propagation", "private"] : [])
                + ["--pid", "--fork", "--kill-child", "/bin/sh", "-c", script + "\nexit $?", argument],
            directory: directory)
    }

    /// Ends its child too, a little later.
    deinit { process.send(SIGKILL) }

    var diagnostics: String { process.diagnostics }
    var isRunning: Bool { process.isRunning }

    /// Waits until somebody listens at `port` of `host`; fails when the server ends before.
    func listens(_ name: String, _ host: String, port: Int, log: () -> String = { "" }) async throws {
        try await Eventually.holds("\(name) to listen; it said: \(diagnostics) \(log())", within: .seconds(60)) {
            !isRunning || Loopback.answers(host, port: port)
        }
        try #require(isRunning, "\(name) ended: \(diagnostics) \(log())")
    }

    /// As a power cut would; returns when all of its processes are gone and nothing listens any more: the name space's first
    /// process is waited for, and ends after all others.
    func end() async throws {
        try await Eventually.holds("the shell of \(process.name)") { !isRunning || firstProcess != nil }
        if let first = firstProcess { kill(first, SIGKILL) }
        _ = try await process.finished()
    }

    private var firstProcess: pid_t? {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.lazy.compactMap(pid_t.init).first { Self.parent(of: $0) == process.pid }
    }

    /// The fourth field of proc_pid_stat(5), the second after the name, which stands in parentheses and may hold any.
    private static func parent(of process: pid_t) -> pid_t? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = status.lastIndex(of: ")")
        else { return nil }
        let fields = status[name...].split(separator: " ")
        return fields.count > 2 ? pid_t(fields[2]) : nil
    }
}
