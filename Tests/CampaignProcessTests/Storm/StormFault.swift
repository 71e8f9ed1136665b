/// One misfortune of a storm.
enum StormFault: Equatable, CustomStringConvertible {
    /// `kill -9` of the engine, so long after its moment.
    case kill(microseconds: Int)
    /// `kill -9` twice: the second one so long after the next start, in the middle of the recovery.
    case killRecovery(microseconds: Int)
    /// SIGTERM (or SIGINT): what is under way ends, exit 75.
    case stop(isInterrupt: Bool)
    /// SIGTERM, and a second one as soon as the first is taken.
    case stopTwice
    /// A server hangs, and the engine is told to stop, twice.
    case stopBesideHangingServer(Int)
    /// SIGSTOP of the engine; a second engine is refused; then SIGCONT, or `kill -9`.
    case freeze(milliseconds: Int, restartsServer: Int?, kills: Bool)
    /// SIGSTOP and SIGCONT of a server.
    case freezeServer(Int, milliseconds: Int)
    /// `kill -9` of a server, which is back after the time, at the same port.
    case killServer(Int, awayMilliseconds: Int)
    /// The journal's disk is full; then there is room again, the engine having lived on or not.
    case fillJournalDisk(milliseconds: Int, then: FullDiskEnd)
    /// The drop directory's disk is full for a while.
    case fillDropDisk(milliseconds: Int)
    /// The drop directory's file system cannot be written to for a while.
    case lockDropDirectory(milliseconds: Int)
    /// The engine is killed, its journal copied and the copy adopted.
    case moveJournal
    /// `pause` by another process, and `unpause`.
    case pause(milliseconds: Int)
    /// Readers beside the engine: status, audit, verify.
    case look

    enum FullDiskEnd: String {
        case room, kill, stopTwice
    }

    var description: String {
        switch self {
        case .kill(let delay): "kill -9 after \(delay) µs"
        case .killRecovery(let delay): "kill -9, and again \(delay) µs into the recovery"
        case .stop(let isInterrupt): isInterrupt ? "SIGINT" : "SIGTERM"
        case .stopTwice: "SIGTERM twice"
        case .stopBesideHangingServer(let server): "server \(server) hangs, SIGTERM twice"
        case .freeze(let time, let server, let kills):
            "SIGSTOP for \(time) ms" + (server.map { ", server \($0) restarted meanwhile" } ?? "")
                + (kills ? ", then kill -9" : ", then SIGCONT")
        case .freezeServer(let server, let time): "server \(server) hangs for \(time) ms"
        case .killServer(let server, let time): "server \(server) killed, back after \(time) ms"
        case .fillJournalDisk(let time, let end): "journal's disk full for \(time) ms, then \(end.rawValue)"
        case .fillDropDisk(let time): "drop directory's disk full for \(time) ms"
        case .lockDropDirectory(let time): "drop directory read-only for \(time) ms"
        case .moveJournal: "kill -9, journal copied and adopted"
        case .pause(let time): "pause for \(time) ms"
        case .look: "readers beside the engine"
        }
    }

    /// Whether messages under way may end in doubt by it, or the endpoint be removed.
    var troublesEndpoints: Bool {
        switch self {
        case .kill, .killRecovery, .stop, .stopTwice, .fillJournalDisk, .moveJournal, .pause, .look: false
        case .freeze, .freezeServer, .killServer, .fillDropDisk, .lockDropDirectory, .stopBesideHangingServer: true
        }
    }
}
