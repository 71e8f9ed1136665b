import Foundation
import Synchronization

/// Takes messages out of a drop directory and deletes them, writing down whom each was for: on a thread of its own, all the
/// time. A directory that cannot be changed just now is tried again.
final class DropConsumer: Sendable {
    private struct State {
        var taken: [RecordingServer.Accepted] = []
        var malformed: [String] = []
        var isOver = false
    }

    private let state = Mutex(State())
    private let path: String

    init(_ path: String) {
        self.path = path
        Thread.detachNewThread { [self] in
            while !state.withLock({ $0.isOver }) { takeAll() }
        }
    }

    func stop() { state.withLock { $0.isOver = true } }

    var count: Int { state.withLock { $0.taken.count } }
    /// Every time that a file was taken.
    var taken: [RecordingServer.Accepted] { state.withLock { $0.taken } }
    /// Files that were no whole message when they appeared.
    var malformed: [String] { state.withLock { $0.malformed } }
    /// Messages that nobody has taken yet.
    var waiting: Int { messages().count }

    private func messages() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".eml") }
    }

    private func takeAll() {
        let names = messages()
        if names.isEmpty { Thread.sleep(forTimeInterval: 0.003) }
        for name in names {
            let message = try? DeliveredMessage(path: path + "/" + name)
            // Counted only once it is gone: until then it is the same one.
            guard unsafe unlink(path + "/" + name) == 0 else {
                Thread.sleep(forTimeInterval: 0.003)
                continue
            }
            let brackets = CharacterSet(charactersIn: "<> ")
            let address = message?.values(of: "to").first?.trimmingCharacters(in: brackets) ?? ""
            let key = String(name.dropLast(4))
            let isWhole = message?.isWellFormed == true && message?.values(of: "message-id").first?.contains(key) == true
            state.withLock { state in
                state.taken.append(RecordingServer.Accepted(key: key, address: address))
                if !isWhole { state.malformed.append(name) }
            }
        }
    }
}
