import CampaignDomain

/// Tries everything that can happen to a small job, breadth first, and checks the laws in every world that it meets.
///
/// Nothing is sampled: a closed search has seen every interleaving of reports, faults, crashes, requests and times within
/// the configuration's bounds. Worlds that differ in nothing that matters are looked at once.
package struct SmallWorldSearch {
    private let rules: SmallWorldConfiguration
    private var table = SmallWorldTable()
    private var graph = FaultFreeGraph()
    /// How each world was met first: from which, and as which of its successors.
    private var origins: [(world: UInt32, successor: UInt32)] = []
    private var report: SmallWorldReport
    private var bytes: [UInt8] = []

    package init(_ configuration: SmallWorldConfiguration) {
        rules = configuration
        report = SmallWorldReport(name: configuration.name, words: configuration.words)
    }

    /// Searches. The first breach ends it and is reported with the shortest path to it.
    package func run() -> SmallWorldReport {
        var search = self
        let start = ContinuousClock.now
        do {
            try search.explore()
        } catch let breach as SmallWorldBreach {
            search.report.failure = SmallWorldReport.Failure(sentence: breach.sentence, path: [], log: [])
        } catch {
            search.report.failure = SmallWorldReport.Failure(sentence: "\(error)", path: [], log: [])
        }
        search.report.elapsed = ContinuousClock.now - start
        return search.report
    }

    private mutating func explore() throws {
        let first = try SmallWorld(rules)
        _ = meet(first)
        origins.append((0, 0))
        var level = [(number: 0, world: first)]
        while !level.isEmpty, report.failure == nil {
            if let depthMax = rules.depthMax, report.depth >= depthMax { break }
            var next: [(number: Int, world: SmallWorld)] = []
            for position in level.indices where report.failure == nil && table.count < rules.statesMax {
                try expand(level[position].number, level[position].world, &next)
                // Its memory goes now, not with the whole level's.
                level[position].world.work = []
                level[position].world.machine = nil
            }
            report.states = table.count
            if !next.isEmpty { report.depth += 1 }
            let isCut = table.count >= rules.statesMax && report.failure == nil
            level = next
            if isCut { break }
        }
        guard report.failure == nil else { return }
        report.isClosed = level.isEmpty
        // Worlds at the edge of a search that was cut: at least one way on must end.
        for (number, world) in level { try carryThrough(number, world) }
        try checkEnds()
    }

    private mutating func meet(_ world: SmallWorld) -> (number: Int, isNew: Bool) {
        bytes.removeAll(keepingCapacity: true)
        world.appendCanonical(rules, to: &bytes)
        return table.number(of: bytes)
    }

    private mutating func expand(
        _ number: Int, _ world: SmallWorld, _ next: inout [(number: Int, world: SmallWorld)]
    ) throws {
        var good: [UInt32] = []
        var successor: UInt32 = 0
        do {
            if world.isOver { report.ends += 1 }
            if world.machine == nil { report.restarts += 1 }
            try world.successors(rules) { step, isGood, met in
                report.transitions += 1
                successor += 1
                let (target, isNew) = meet(met)
                if isGood { good.append(UInt32(target)) }
                guard isNew else { return }
                origins.append((UInt32(number), successor))
                do {
                    try met.check(rules)
                } catch let breach as SmallWorldBreach {
                    throw SmallWorldFailure(breach, at: step)
                }
                next.append((target, met))
            }
            if good.isEmpty, !world.isOver {
                throw SmallWorldFailure(SmallWorldBreach("the job is not over and waits for nothing"), at: nil)
            }
            graph.add(good)
        } catch let failure as SmallWorldFailure {
            try fail(failure.breach.sentence, number, failure.step)
        } catch {
            try fail("\(error)", number, nil)
        }
    }

    /// Follows the first fault-free step again and again, as far as the job's end.
    private mutating func carryThrough(_ number: Int, _ world: SmallWorld) throws {
        var world = world
        for _ in 0..<1_000 where !world.isOver {
            var good: SmallWorld?
            try world.successors(rules) { _, isGood, met in
                if isGood, good == nil { good = met }
            }
            guard let good else { return try fail("the job is not over and waits for nothing", number, nil) }
            try good.check(rules)
            world = good
        }
        if !world.isOver { try fail("the job does not end although nothing goes wrong", number, nil) }
    }

    private mutating func checkEnds() throws {
        switch graph.longestPath(worlds: table.count) {
        case .ends(let steps): report.stepsToEndMax = steps
        case .cycle(let world): try fail("the job goes in a circle although nothing goes wrong", world, nil)
        }
    }

    // MARK: The way to a breach

    /// Walks again from the first world to the one where it happened.
    private mutating func fail(_ sentence: String, _ number: Int, _ last: SmallWorldStep?) throws {
        guard report.failure == nil else { return }
        var successors: [UInt32] = []
        var number = number
        while number != 0 {
            successors.append(origins[number].successor)
            number = Int(origins[number].world)
        }
        var world = try SmallWorld(rules)
        var path: [String] = []
        for wanted in successors.reversed() {
            var position: UInt32 = 0
            var found: SmallWorld?
            try world.successors(rules) { step, _, met in
                position += 1
                guard position == wanted else { return }
                path.append(step.words)
                found = met
            }
            if let found { world = found }
        }
        if let last { path.append(last.words) }
        report.states = table.count
        report.failure = SmallWorldReport.Failure(sentence: sentence, path: path, log: world.log.words())
    }
}

/// A breach, and the step that led to it.
struct SmallWorldFailure: Error {
    var breach: SmallWorldBreach
    var step: SmallWorldStep?

    init(_ breach: SmallWorldBreach, at step: SmallWorldStep?) {
        self.breach = breach
        self.step = step
    }
}
