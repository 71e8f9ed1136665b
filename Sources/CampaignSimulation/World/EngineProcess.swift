import CampaignDomain
import CampaignEngine
import CampaignLog

/// One life of the engine: from its start to its stop or its death.
///
/// SAFETY: a world and everything in it belong to one thread.
final class EngineProcess: @unchecked Sendable {
    let number: Int
    let holder: LockHolder
    private unowned let world: World
    var engine: SteppedEngine?
    private(set) var isAlive = true
    /// SIGSTOP: nothing happens in it until then.
    var suspendedUntil: Int64 = .min
    /// When it makes its next turn.
    var turnAt: Int64
    /// Something has come in since its last turn began.
    var isAwake = false
    var isImporting = false
    var isStopping = false
    var stopAskedAt: Int64?
    /// Turns begun, all together and when it was told to stop.
    var turns = 0
    var turnsBeforeStop = 0
    /// It was suspended at some time: that excuses a late end.
    var wasSuspended = false
    var probesUnderWay = 0
    var outcomesReported = 0
    var mail: [MailEndpoint] = []
    /// Jobs under way, by their position in the world's options.
    var running: Set<Int> = []

    init(number: Int, _ world: World) {
        self.number = number
        self.world = world
        turnAt = world.time
        holder = LockHolder(
            pid: Int32(number), host: world.host.name, startedAt: "\(world.time)", engineVersion: "simulated")
    }

    /// It has something to read.
    func wake() {
        isAwake = true
        turnAt = min(turnAt, world.time)
    }

    func die() { isAlive = false }

    /// What it had is gone. Endpoints and process hold each other: without this no world would ever be freed.
    func bury() {
        for endpoint in mail { endpoint.abandon() }
        mail = []
        engine = nil
    }

    /// It has had the turn in which it heard that it is to stop.
    var claimsNoMore: Bool { isStopping && turns > turnsBeforeStop + 1 }

    /// Open, and able to take a request.
    var isReady: Bool { isAlive && engine != nil }

    var nextTurn: Int64 { engine == nil ? .max : max(turnAt, suspendedUntil) }
}
