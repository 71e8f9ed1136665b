/// The steps in which nothing goes wrong, between all worlds of a search: from each world each path of such steps must end.
///
/// It is enough that this graph has no cycle, since a world that is not over and has no such step is refused by the
/// search itself.
struct FaultFreeGraph {
    /// Where each world's steps begin in `targets`; worlds are added in order.
    private var starts: [Int] = []
    private var targets: [UInt32] = []

    mutating func add(_ steps: [UInt32]) {
        starts.append(targets.count)
        targets.append(contentsOf: steps)
    }

    var stepCount: Int { targets.count }

    private func steps(of world: Int) -> Range<Int> {
        guard world < starts.count else { return 0..<0 }
        return starts[world]..<(world + 1 < starts.count ? starts[world + 1] : targets.count)
    }

    /// The longest path's steps, or a world on a cycle. Depth first without recursion: O(worlds + steps).
    func longestPath(worlds: Int) -> LongestPath {
        let unseen = UInt16.max
        let open = UInt16.max - 1
        var lengths = [UInt16](repeating: unseen, count: worlds)
        var path: [(world: Int, next: Int)] = []
        for root in 0..<worlds where lengths[root] == unseen {
            path.append((root, steps(of: root).lowerBound))
            lengths[root] = open
            while let top = path.last {
                let range = steps(of: top.world)
                guard top.next < range.upperBound else {
                    var length: UInt16 = 0
                    for step in range { length = max(length, min(lengths[Int(targets[step])], open - 2) + 1) }
                    lengths[top.world] = length
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let target = Int(targets[top.next])
                if lengths[target] == open { return .cycle(through: target) }
                guard lengths[target] == unseen else { continue }
                lengths[target] = open
                path.append((target, steps(of: target).lowerBound))
            }
        }
        return .ends(within: Int(lengths.max() ?? 0))
    }

    enum LongestPath {
        case ends(within: Int)
        case cycle(through: Int)
    }
}
