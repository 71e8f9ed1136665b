import CampaignDomain
import CampaignEngine
import CampaignLog
import Logging

/// Everything there is in a simulation: a clock, a disk, the engine's processes, servers, and people. One seed, one history.
///
/// SAFETY: a world and everything in it belong to one thread.
package final class World: @unchecked Sendable {
    let options: SimulationOptions
    let lists: [SimulatedList]
    var random: RandomStreams
    package var marks = Marks()
    /// Milliseconds since the world began.
    private(set) var time: Int64 = 0
    private var queue = EventQueue()
    var journal = MemoryJournal()
    var host: HostIdentity
    private(set) var clock: SimulatedClock!
    private(set) var oracle: Oracle!
    private(set) var flights: SimulatedFlights!
    private(set) var servers: [MailServer] = []
    private(set) var boxes: [DropBox] = []

    var process: EngineProcess?
    /// An engine whose lock was stolen while it hung; it goes on some time.
    var zombie: EngineProcess?
    var processCount = 0
    var requestCount = 0
    /// Jobs that someone wanted aborted.
    var abortsAsked: Set<UInt32> = []
    /// The journal's files were copied since the engine last ran on them.
    var wasMoved = false
    /// How often the journal has changed hands.
    var adoptions = 0
    /// When the operator starts the engine again.
    var restartAt: Int64 = 0
    var isHealed = false
    var storeDownUntil: Int64 = .min
    var storeError = LogError.noSpace("no space left on the device")
    var jobs: [JobWatch]
    private var travelling: [(job: Int, ordinal: Ordinal)] = []
    private let trace: ((String) -> Void)?
    private(set) var ticksDone = 0
    var configuration: EngineConfiguration
    /// Says what goes wrong where nothing is left to chance.
    var script: IncidentScript?

    package init(
        seed: UInt64, _ options: SimulationOptions, _ lists: [SimulatedList], trace: ((String) -> Void)? = nil
    ) {
        self.options = options
        self.lists = lists
        self.trace = trace
        random = RandomStreams(seed: seed)
        host = HostIdentity(id: "host1", name: "host1", bootID: "1")
        jobs = options.jobs.indices.map { JobWatch(key: "job-\($0 + 1)") }
        configuration = EngineConfiguration()
        configuration.storeRetries = options.storeRetries
        configuration.storeRetryInterval = .seconds(1)
        configuration.version = "simulated"
        configuration.logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        clock = SimulatedClock(self)
        flights = SimulatedFlights(self)
        oracle = Oracle(self, listLengths: options.jobs.map { lists[$0.list].rows })
        for server in options.servers {
            if server.isDirectory {
                boxes.append(DropBox(server, self))
            } else {
                servers.append(MailServer(server, self))
            }
        }
    }

    // MARK: Chance, and what is written down

    func rate(_ fault: Fault) -> Int { isHealed ? 0 : options[fault] }

    func note(_ sentence: @autoclosure () -> String) {
        if let trace { trace("\(time) ms: \(sentence())") }
    }

    var hasFailed: Bool { oracle.violation != nil }

    // MARK: Time

    /// Plans something in a process; nothing comes of it if the process is dead by then.
    func plan(after delay: Int64, in process: EngineProcess?, _ action: @escaping () -> Void) {
        queue.add(at: time + max(delay, 0), in: process, action)
    }

    /// A message that the dead process had handed to its system and that may still arrive.
    func onItsWay(_ job: Int, _ ordinal: Ordinal, after delay: Int64, _ arrive: @escaping () -> Void) {
        travelling.append((job, ordinal))
        plan(after: delay, in: nil) { [self] in
            travelling.removeAll { $0.job == job && $0.ordinal == ordinal }
            arrive()
        }
    }

    func isOnItsWay(_ job: Int, _ ordinal: Ordinal) -> Bool {
        travelling.contains { $0.job == job && $0.ordinal == ordinal }
    }

    /// Lets the world go on until then, without the log thread, which is waiting.
    func pass(until end: Int64, unless isOver: () -> Bool) {
        while !isOver(), let next = queue.first, next.time <= end { happen() }
        if !isOver() { time = max(time, end) }
    }

    /// The next planned thing.
    private func happen() {
        guard let entry = queue.removeFirst() else { return }
        time = max(time, entry.time)
        if let process = entry.process {
            guard process.isAlive else { return }
            if time < process.suspendedUntil {
                queue.add(at: process.suspendedUntil, in: process, entry.action)
                return
            }
        }
        entry.action()
    }

    /// One step: the next planned thing, a turn of the engine, or an operator's act. False when nothing can happen any more.
    func tick() -> Bool {
        ticksDone += 1
        reap()
        if let script, !isHealed {
            script.advance()
            guard !script.isOver else { return false }
        }
        for server in servers { server.age() }
        for box in boxes { box.age() }
        if random.flights.chance(perMille: 50) { flights.writeBack() }
        interfere()
        reap()
        if let zombie, zombie.nextTurn < .max,
            zombie.nextTurn <= min(queue.first?.time ?? .max, process?.nextTurn ?? restartAt)
        {
            time = max(time, zombie.nextTurn)
            turn(zombie)
            return true
        }
        guard let process else { return tickWithoutEngine() }
        let turnAt = process.nextTurn
        if let next = queue.first,
            next.time < turnAt || (next.time == turnAt && (script != nil || random.process.chance(perMille: 500)))
        {
            happen()
            return true
        }
        guard turnAt < .max else { return idle() }
        time = max(time, turnAt)
        turn(process)
        return true
    }

    /// Nothing is planned: only people and chance can make something happen.
    private func idle() -> Bool {
        guard !isHealed, script == nil else { return false }
        time += 60_000
        return true
    }

    private func tickWithoutEngine() -> Bool {
        if let next = queue.first, next.time < restartAt {
            happen()
            return true
        }
        guard restartAt < .max else { return false }
        time = max(time, restartAt)
        open()
        return true
    }

    private func turn(_ process: EngineProcess) {
        guard let engine = process.engine else { return }
        process.isAwake = false
        process.turns += 1
        if engine.turn() {
            guard process.isAlive else { return }
            guard !process.isAwake else {
                process.turnAt = time
                return
            }
            process.turnAt = engine.millisecondsToWake.map { time + Int64(max($0, 1)) } ?? .max
            // Requests in the journal are looked for ten times a second.
            if journal.hasRequests || process.isStopping { process.turnAt = min(process.turnAt, time + 100) }
        } else if process.isAlive {
            ended(process, engine.failure)
        }
    }

    /// Buries processes that have died since the last look.
    func reap() {
        if let zombie, !zombie.isAlive {
            zombie.bury()
            self.zombie = nil
        }
        guard let process, !process.isAlive else { return }
        note("process \(process.number) is dead")
        journal.setFaults(nil)
        let cutsPower = script?.cutsPower ?? random.process.chance(perMille: rate(.powerCut))
        // What is on its way has left before the power goes, and before memory is what the disk had of it.
        process.bury()
        if cutsPower {
            zombie?.die()
            zombie?.bury()
            zombie = nil
            let keeps = random.store.chance(perMille: 500)
            if journal.hasUnflushed { marks.hit(keeps ? .powerCutKeepsUnflushed : .powerCutLosesUnflushed) }
            journal.cutPower(keepsUnflushed: keeps)
            flights.cutPower()
            host.bootID = "\((Int(host.bootID) ?? 1) + 1)"
            for box in boxes { box.cutPower() }
        } else {
            for box in boxes { box.settle() }
        }
        journal.unlock(process.holder)
        self.process = nil
        for index in jobs.indices { jobs[index].isRunning = false }
        restartAt =
            script != nil && !isHealed ? .max : time + random.operation.within(0...(isHealed ? 1_000 : 120_000))
    }

    /// The end of the world: what is still planned is dropped.
    func clear() {
        queue = EventQueue()
        process?.bury()
        zombie?.bury()
    }

    // MARK: Names

    func number(of job: Int) -> UInt32 { jobs[job].id?.rawValue ?? 0 }

    func lanes(of endpoint: String) -> Int {
        options.servers.first { $0.name == endpoint }?.lanes ?? 0
    }
}
