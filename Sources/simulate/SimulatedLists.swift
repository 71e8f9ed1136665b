import CampaignSimulation
import Foundation

/// The lists that the worlds of this process choose from, in a directory of its own.
struct SimulatedLists {
    let all: [SimulatedList]
    private let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/simulate-\(getpid())"
        all = try SimulatedList.write(in: directory)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }
}
