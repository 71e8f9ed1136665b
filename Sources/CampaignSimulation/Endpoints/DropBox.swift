import CampaignDomain

/// A drop directory on the engine's own machine, and someone who takes every file that is shown there.
final class DropBox {
    /// A rename that no flush has covered yet: a power cut may take it back.
    struct Rename {
        var name: String
        var job: Int
        var ordinal: Ordinal
    }

    let options: SimulationOptions.Server
    private unowned let world: World
    /// Names in `tmp/`.
    private(set) var prepared: Set<String> = []
    private var renamed: [Rename] = []
    private var goneUntil: Int64 = .min

    init(_ options: SimulationOptions.Server, _ world: World) {
        self.options = options
        self.world = world
    }

    var isGone: Bool { world.time < goneUntil }

    func age() {
        guard !isGone, world.random.folder.chance(perMille: world.rate(.folderGone)) else { return }
        goneUntil = world.time + world.random.folder.within(1...600_000)
        world.note("\(options.name) is gone until \(goneUntil)")
    }

    func setGone(until end: Int64) { goneUntil = end }

    func heal() { goneUntil = .min }

    func latency() -> Int64 { world.random.folder.within(options.latency) }

    func flushes() -> Bool { !world.random.folder.chance(perMille: world.rate(.folderFlushFails)) }

    func prepare(_ name: String) { prepared.insert(name) }

    /// False when the file is not in `tmp/`.
    func rename(_ name: String, _ job: Int, _ ordinal: Ordinal) -> Bool {
        guard prepared.remove(name) != nil else { return false }
        renamed.append(Rename(name: name, job: job, ordinal: ordinal))
        return true
    }

    /// All renames so far are on the disk: whoever empties the directory has them.
    func settle() {
        for rename in renamed { world.oracle.accepted(rename.job, rename.ordinal, key: rename.name) }
        renamed = []
    }

    /// What was not flushed is there or not, file by file.
    func cutPower() {
        for rename in renamed {
            if world.random.folder.chance(perMille: 500) {
                world.marks.hit(.powerCutKeepsRename)
                world.oracle.accepted(rename.job, rename.ordinal, key: rename.name)
            } else {
                world.marks.hit(.powerCutRevertsRename)
                prepared.insert(rename.name)
            }
        }
        renamed = []
    }
}
