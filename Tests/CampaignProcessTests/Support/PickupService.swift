import Foundation
import Synchronization

/// Takes finished messages away from a drop directory, as a mail service would: on a thread of its own, all the time.
final class PickupService: Sendable {
    private struct State {
        var taken: Set<String> = []
        var twice: [String] = []
        var isOver = false
        var failure: String?
    }

    private let state = Mutex(State())
    private let source: String
    private let target: String

    init(from source: String, to target: String) throws {
        self.source = source
        self.target = target
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        Thread.detachNewThread { [self] in
            while !state.withLock({ $0.isOver }) { takeAll() }
        }
    }

    func stop() { state.withLock { $0.isOver = true } }

    var count: Int { state.withLock { $0.taken.count } }
    /// Names that appeared again after they had been taken away.
    var twice: [String] { state.withLock { $0.twice } }

    private func takeAll() {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: source)) ?? []).filter {
            $0.hasSuffix(".eml")
        }
        if names.isEmpty { Thread.sleep(forTimeInterval: 0.002) }
        for name in names {
            let (from, to) = (source + "/" + name, target + "/" + name)
            state.withLock { state in
                if !state.taken.insert(name).inserted { state.twice.append(name) }
            }
            if unsafe rename(from, to) != 0 { state.withLock { $0.twice.append("\(name) vanished") } }
        }
    }

    /// Whom the taken messages are for.
    func addresses() throws -> Set<String> {
        var found: Set<String> = []
        for name in state.withLock({ $0.taken }) {
            let message = try DeliveredMessage(path: target + "/" + name)
            guard let to = message.values(of: "to").first else { continue }
            found.insert(to.trimmingCharacters(in: CharacterSet(charactersIn: "<> ")))
        }
        return found
    }
}
