import Foundation
import Testing

@testable import CampaignEndpoints

@Suite("The tray of one of the drop directory's threads")
struct DropTrayTests {
    @Test("Everything that was put in is taken out together, in order")
    func order() {
        let tray = DropTray<Int>()
        for number in 0..<5 { #expect(tray.put(number)) }
        #expect(tray.take() == [0, 1, 2, 3, 4])
        #expect(tray.put(5))
        #expect(tray.take() == [5])
    }

    @Test("Nothing is lost between threads, and one that waits is woken")
    func threads() async {
        let tray = DropTray<Int>()
        let count = 2_000
        let taken = Task {
            await withCheckedContinuation { continuation in
                Thread {
                    var all: [Int] = []
                    while all.count < 2 * count { all += tray.take() }
                    continuation.resume(returning: all)
                }.start()
            }
        }
        for first in [0, count] {
            Thread { for number in first..<first + count { _ = tray.put(number) } }.start()
        }
        let all = await taken.value
        #expect(all.filter { $0 < count } == Array(0..<count))
        #expect(all.filter { $0 >= count } == Array(count..<2 * count))
    }

    @Test("A closed tray gives back what has come too late, and takes nothing more")
    func closed() {
        let tray = DropTray<Int>()
        #expect(tray.put(1))
        #expect(tray.close() == [1])
        #expect(!tray.put(2))
        #expect(tray.close().isEmpty)
    }
}
