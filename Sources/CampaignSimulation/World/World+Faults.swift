import CampaignDomain
import CampaignEngine
import CampaignLog

/// What goes wrong, and where.
extension World {
    /// Whether the process dies at this place; true as well when it is dead already.
    func crashesHere(_ process: EngineProcess, _ place: Mark?) -> Bool {
        guard process.isAlive else { return true }
        guard let place, random.process.chance(perMille: rate(.crash)) else { return false }
        kill(process, place)
        return true
    }

    func kill(_ process: EngineProcess, _ place: Mark) {
        note("process \(process.number) dies: \(place)")
        process.die()
        marks.hit(place)
        if process.isStopping { marks.hit(.crashWhileStopping) }
        if process.probesUnderWay > 0 { marks.hit(.crashDuringRecovery) }
        if process.outcomesReported == 0, process.number > 1 { marks.hit(.crashAgainBeforeAnyOutcome) }
    }

    /// Whether the process may act on the world now; it may also die on the spot.
    func mayAct(_ process: EngineProcess, _ place: Mark) -> Bool {
        process.isAlive && !crashesHere(process, place)
    }

    /// Why the disk takes nothing at present.
    func storeTrouble() -> LogError? {
        guard !isHealed else { return nil }
        if time < storeDownUntil {
            if let process, process.isAlive { _ = crashesHere(process, .crashWhileStoreIsDown) }
            return storeError
        }
        guard random.store.chance(perMille: rate(.storeRefuses)) else { return nil }
        storeDownUntil = time + random.store.within(1...12_000)
        switch random.store.below(3) {
        case 0:
            marks.hit(.noSpace)
            storeError = .noSpace("no space left on the device")
        case 1:
            marks.hit(.mapFull)
            storeError = .mapFull("the map cannot grow")
        default:
            marks.hit(.inputOutput)
            storeError = .inputOutput("input/output error")
        }
        note("the store is down until \(storeDownUntil)")
        return storeError
    }

    /// Trouble between the steps: signals, people, clocks.
    func interfere() {
        guard !isHealed else { return }
        if happens(.clockJump) { jumpClock() }
        guard let process, let engine = process.engine else { return }
        if random.process.chance(perMille: rate(.crash) / 4) { return kill(process, .crashWhileIdle) }
        if happens(.suspension) {
            process.suspendedUntil = time + random.operation.within(1...600_000)
            process.wasSuspended = true
            marks.hit(.suspended)
            note("process \(process.number) is suspended until \(process.suspendedUntil)")
        }
        if happens(.stop), !process.isStopping { stop(process, engine) }
        if happens(.secondEngine) { trySecondEngine() }
        if happens(.stolenLock), zombie == nil, process.isReady { return stealLock(process) }
        people(process, engine)
    }

    func happens(_ fault: Fault) -> Bool { random.operation.chance(perMille: rate(fault)) }

    private func jumpClock() {
        let distance = [1, 60_000, 86_400_000, 31_536_000_000][random.operation.below(4)]
        let jump = random.operation.within(-Int64(distance)...Int64(distance))
        clock.error = random.operation.chance(perMille: 300) ? 0 : clock.error + jump
        marks.hit(jump < 0 ? .clockBack : .clockForward)
        note("the time of day is wrong by \(clock.error) ms")
    }

    func stop(_ process: EngineProcess, _ engine: SteppedEngine) {
        note("process \(process.number) is told to stop")
        process.isStopping = true
        process.stopAskedAt = time
        process.turnsBeforeStop = process.turns
        engine.stop(deadline: .milliseconds(Self.drainMilliseconds))
        process.wake()
    }

    static var drainMilliseconds: Int64 { 30_000 }

    /// R13: while an engine holds the journal no other one may begin.
    func trySecondEngine() {
        let second = EngineProcess(number: processCount + 1000, self)
        do throws(EngineError) {
            _ = try SteppedEngine(
                opening: SimulatedSite(second, self, isObserver: true), configuration: configuration, clock: clock)
            oracle.fail(.oneEngine, "a second engine was opened beside process \(process?.number ?? 0)")
        } catch {
            guard error.code == .journalInUse, "\(error)".contains("process \(process?.number ?? 0) ") else {
                return oracle.fail(.oneEngine, "a second engine was refused with: \(error)")
            }
            marks.hit(.secondEngineRefused)
        }
    }

    /// Somebody removes the lock of an engine that hangs, and starts another one: the epoch must fence the first.
    private func stealLock(_ process: EngineProcess) {
        note("the lock of process \(process.number) is stolen")
        process.suspendedUntil = max(process.suspendedUntil, time + random.operation.within(1...60_000))
        journal.unlock(process.holder)
        process.wasSuspended = true
        zombie = process
        self.process = nil
        for index in jobs.indices { jobs[index].isRunning = false }
        restartAt = time
    }

    /// What the operator finds, or does, between two lives of the engine.
    func disturbJournal() {
        guard !isHealed, journal.frameCount > 0 else { return }
        if happens(.derivedTablesLost) {
            journal.deleteTable(.jobs)
            journal.deleteTable(.snapshots)
            marks.hit(.derivedTablesRebuilt)
            note("the derived tables are deleted")
        }
        if happens(.snapshotRot), journal.damageValue(.snapshots, random.store.next()) {
            marks.hit(.snapshotRotSurvived)
            note("a snapshot is damaged")
        }
        if happens(.flightRecordDamage) { flights.damage(&random.flights) }
        if happens(.frameRot) { rot() }
        if happens(.tornFrame) { tear() }
        if happens(.otherHost), zombie == nil { move() }
    }

    /// A bit of a frame flips. It must be found and named; then the frame is mended from a copy.
    private func rot() {
        let index = random.store.below(journal.frameCount)
        guard var bytes = journal.frame(at: index) else { return }
        bytes[random.store.below(bytes.count)] ^= UInt8(1 << random.store.below(8))
        expectFound(.frameRotFound, index, bytes)
    }

    /// A disk that keeps no order across flushes: of the newest frame some sectors were written, some were not, and some lie in
    /// each other's place.
    private func tear() {
        let index = journal.frameCount - 1
        guard let frame = journal.frame(at: index) else { return }
        let sectors = stride(from: 0, to: frame.count, by: Self.sectorBytes).map {
            Array(frame[$0..<min($0 + Self.sectorBytes, frame.count)])
        }
        var torn: [UInt8] = []
        for sector in sectors {
            switch random.store.below(3) {
            case 0: torn += sector
            case 1: torn += [UInt8](repeating: 0, count: sector.count)
            default: torn += sectors[random.store.below(sectors.count)].prefix(sector.count)
            }
        }
        if torn != frame { expectFound(.sectorsTorn, index, torn) }
    }

    /// Smaller than a disk's, as the frames are smaller than a mailing's.
    private static let sectorBytes = 32

    private func expectFound(_ mark: Mark, _ index: Int, _ damaged: [UInt8]) {
        guard let whole = journal.frame(at: index) else { return }
        journal.replaceFrame(at: index, with: damaged)
        defer { journal.replaceFrame(at: index, with: whole) }
        note("frame \(index) is damaged: \(mark)")
        do {
            let report = try LogVerifier.verify(MemoryEventStore(journal: journal))
            if report.ok || report.frames != UInt64(index) {
                oracle.fail(.damageIsFound, "frame \(index) is damaged; verify says \(report)")
            }
            marks.hit(mark)
        } catch {
            oracle.fail(.damageIsFound, "frame \(index) is damaged; verify fails: \(error)")
        }
        compareDamaged(index)
    }

    /// Reading jobs from a damaged log gives an error, or the right states where a snapshot made the frame needless.
    private func compareDamaged(_ index: Int) {
        do throws(EngineError) {
            let states = try JournalReader(MemoryEventStore(journal: journal)).states()
            for state in states {
                guard let reference = oracle.jobs[state.id] else { continue }
                if journal.frameCount == oracle.frames.count, let difference = reference.difference(from: state) {
                    oracle.fail(.damageIsFound, "frame \(index) is damaged and was believed: \(difference)")
                }
            }
        } catch {
            if error.code != .journalCorrupt { oracle.fail(.damageIsFound, "damage is reported as: \(error)") }
        }
    }

    /// R21: the journal's files are copied to another machine, which takes over.
    private func move() {
        if wasMoved, !journal.isForeign(to: host) { adoptions += 1 }
        journal = journal.copied()
        flights.copyJournal()
        if random.operation.chance(perMille: 500) {
            let number = host.id.dropFirst(4)
            // No two machines share a boot.
            host = HostIdentity(
                id: "host\((Int(number) ?? 1) + 1)", name: "host", bootID: "\((Int(host.bootID) ?? 1) + 1)")
        }
        wasMoved = true
        note("the journal is copied; it is opened on \(host)")
    }
}
