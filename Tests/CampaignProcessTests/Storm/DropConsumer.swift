import Foundation
import Synchronization

/// Takes messages out of a drop directory and deletes them, writing down whom each was for: on a thread of its own, all the
/// time. A directory that cannot be changed just now is tried again.
final class DropConsumer: Sendable {
    private struct File {
        var name: String
        var bytes: [UInt8]
    }

    private struct State {
        var files: [File] = []
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

    var count: Int { state.withLock { $0.files.count } }

    /// Every file that was taken, whom it was for, and under which name.
    var taken: [RecordingServer.Accepted] {
        state.withLock(\.files).map { file in
            let to = DeliveredMessage(file.bytes).values(of: "to").first ?? ""
            let address = to.trimmingCharacters(in: CharacterSet(charactersIn: "<> "))
            return RecordingServer.Accepted(key: String(file.name.dropLast(4)), address: address)
        }
    }

    /// Files that were no whole message when they appeared.
    var malformed: [String] {
        state.withLock(\.files).filter { file in
            let message = DeliveredMessage(file.bytes)
            let isNamed = message.values(of: "message-id").first?.contains(file.name.dropLast(4)) == true
            return !message.isWellFormed || !isNamed
        }.map(\.name)
    }

    /// Messages that nobody has taken yet: counted without making a text of each name, since there may be many.
    var waiting: Int {
        guard let directory = unsafe opendir(path) else { return 0 }
        defer { unsafe closedir(directory) }
        var count = 0
        while let entry = unsafe readdir(directory) {
            if unsafe entry.pointee.d_type == UInt8(DT_REG) { count += 1 }
        }
        return count
    }

    private func messages() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".eml") }
    }

    private func takeAll() {
        let names = messages()
        if names.isEmpty { Thread.sleep(forTimeInterval: 0.003) }
        for name in names {
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) ?? Data()
            // Counted only once it is gone: until then it is the same one.
            guard unsafe unlink(path + "/" + name) == 0 else {
                Thread.sleep(forTimeInterval: 0.003)
                continue
            }
            state.withLock { $0.files.append(File(name: name, bytes: [UInt8](bytes))) }
        }
    }
}
