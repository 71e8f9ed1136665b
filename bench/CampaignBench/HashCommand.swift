import ArgumentParser
import Crypto

/// The rate of SHA-256 itself, to hold the verification of a log against.
struct HashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash", abstract: "SHA-256 of blocks of a size, one after the other.")

    @Option(help: "Bytes in a block.") var size = 1 << 16
    @Option(help: "Blocks.") var count = 10_000

    func run() throws {
        let block = [UInt8](repeating: 0xA5, count: size)
        var sum: UInt8 = 0
        let seconds = Figures.seconds {
            for _ in 0..<count {
                unsafe SHA256.hash(data: block).withUnsafeBytes { sum ^= unsafe $0[0] }
            }
        }
        guard sum == 0 || sum > 0 else { return }
        Figures.say("bytes/s", Double(size * count) / seconds)
    }
}
