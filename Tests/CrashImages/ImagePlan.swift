/// Which of a crash point's images are built: all where there are few, the telling ones and a seeded sample of the rest
/// where there are many.
struct ImagePlan {
    /// Unrelated subsets of writes, of pages and of sectors that are added to each point where not all are built.
    var sampleCount: Int
    var seed: UInt64

    /// So many parts at most have all their subsets built: 2^8 images.
    private static let exhaustiveMax = 8
    /// So many parts at most have each single omission and each single survival built.
    private static let singlesMax = 64

    func images(of point: CrashPoint) -> [CrashImage] {
        var random = SeededRandom(seed: mixed(seed, UInt64(point.number)))
        let atoms = point.atoms()
        var choices = Choices(atomCount: atoms.count)
        // Whole writes first, then their pages, then their sectors.
        choices.add(parts(of: atoms) { $0.write }, self, &random)
        choices.add(
            parts(of: atoms) { [$0.write, $0.range.lowerBound / CrashPoint.pageSizeBytes] }, self, &random)
        choices.add(atoms.indices.map { [$0] }, self, &random)
        var images: [CrashImage] = []
        for kept in choices.kept {
            let lengths = point.length(keeping: kept) < point.lengthMax ? [false, true] : [false]
            for keepsLength in lengths {
                images.append(
                    CrashImage(
                        name: .init(point: point.number, image: images.count), kept: kept, keepsLength: keepsLength))
            }
        }
        return images
    }

    /// Runs of atoms with the same label, as indices.
    private func parts<Label: Equatable>(of atoms: [Atom], _ label: (Atom) -> Label) -> [[Int]] {
        var parts: [[Int]] = []
        for index in atoms.indices {
            if index > 0, label(atoms[index]) == label(atoms[index - 1]) {
                parts[parts.count - 1].append(index)
            } else {
                parts.append([index])
            }
        }
        return parts
    }

    /// Choices of atoms without repetition, in the order in which they were made.
    private struct Choices {
        let atomCount: Int
        var kept: [[Bool]] = []
        private var known: Set<[Bool]> = []

        init(atomCount: Int) { self.atomCount = atomCount }

        mutating func add(_ parts: [[Int]], _ plan: ImagePlan, _ random: inout SeededRandom) {
            let count = parts.count
            if count <= ImagePlan.exhaustiveMax {
                for mask in 0..<(1 << count) { add(parts) { mask >> $0 & 1 == 1 } }
                return
            }
            // As a disk that writes in order leaves them.
            for end in 0...count where end <= ImagePlan.singlesMax || end == count { add(parts) { $0 < end } }
            let stride = (count + ImagePlan.singlesMax - 1) / ImagePlan.singlesMax
            for single in Swift.stride(from: Int(random.next(below: stride)), to: count, by: stride) {
                add(parts) { $0 != single }
                add(parts) { $0 == single }
            }
            for _ in 0..<plan.sampleCount {
                let sixteenths = 1 + random.next(below: 15)
                let choice = (0..<count).map { _ in random.next(below: 16) < sixteenths }
                add(parts) { choice[$0] }
            }
        }

        private mutating func add(_ parts: [[Int]], _ keeps: (Int) -> Bool) {
            var choice = [Bool](repeating: false, count: atomCount)
            for index in parts.indices where keeps(index) {
                for atom in parts[index] { choice[atom] = true }
            }
            if known.insert(choice).inserted { kept.append(choice) }
        }
    }

    private func mixed(_ seed: UInt64, _ number: UInt64) -> UInt64 {
        var random = SeededRandom(seed: seed ^ (number &* 0xD134_2543_DE82_EF95))
        return random.next()
    }
}
