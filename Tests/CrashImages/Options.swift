import Foundation

/// The command line.
struct Options {
    enum Mode: Equatable {
        /// Records, then checks all images in child processes.
        case whole
        /// A child: checks its share of the images of a recorded trace.
        case share(Int, of: Int)
        /// One image of a recorded trace, in this process.
        case one(CrashImage.Name)
    }

    var mode = Mode.whole
    var seed: UInt64 = 1
    /// Unrelated subsets added to each crash point.
    var sample = 16
    var recipients = 100
    /// Every so many crash points is looked at: 1 is all.
    var every = 1
    /// Images whose recovery is recorded and cut off in turn.
    var recoveries = 8
    var jobs = 2
    var defect: DiskModel.Defect?
    var directory = "/dev/shm"
    /// A recorded trace, instead of a recording.
    var trace: String?

    static let usage = """
        usage: crash-images [--seed N] [--sample N] [--recipients N] [--every N] [--recoveries N] [--jobs N]
                            [--directory PATH] [--trace FILE] [--image POINT.IMAGE]
                            [--broken flushes|acknowledgements|folder]
        Records what the journal writes during a campaign, builds the files that a power cut may leave, and opens each.
          --seed        chooses the sample of images and of those that the engine goes on from (1)
          --sample      subsets of writes, pages and sectors at a crash point with too many to build all (16)
          --recipients  of each of the two jobs (100)
          --every       looks at every so many crash points only (1)
          --recoveries  images whose recovery is recorded, to be cut off in turn (8)
          --jobs        processes (2)
          --directory   where images are placed; in memory for speed (/dev/shm)
          --trace       the record to use: a failure names the one that it was found in
          --image       this image only
          --broken      a disk that keeps nothing at a flush, or a journal that acknowledges too early: must be found out
        """

    struct Wrong: Error {}

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Wrong() }
            switch name {
            case "--seed": seed = try Self.number(value)
            case "--sample": sample = try Self.number(value)
            case "--recipients": recipients = max(20, try Self.number(value))
            case "--every": every = max(1, try Self.number(value))
            case "--recoveries": recoveries = min(try Self.number(value), 1000)
            case "--jobs": jobs = min(max(1, try Self.number(value)), 64)
            case "--directory": directory = value
            case "--trace": trace = value
            case "--broken":
                defect = DiskModel.Defect(rawValue: value)
                if defect == nil { throw Wrong() }
            case "--image":
                guard let image = CrashImage.Name(value) else { throw Wrong() }
                mode = .one(image)
            case "--share":
                let share: Int = try Self.number(value)
                mode = .share(share, of: jobs)
            default: throw Wrong()
            }
        }
        if case .share(let share, _) = mode { mode = .share(share, of: jobs) }
        if mode != .whole, trace == nil { throw Wrong() }
    }

    private static func number<Number: FixedWidthInteger>(_ text: String) throws -> Number {
        guard let number = Number(text), number >= 0 else { throw Wrong() }
        return number
    }

    /// What makes the same images again from a trace.
    func repeating(trace: String, directory: String) -> [String] {
        [
            "--trace", trace, "--directory", directory, "--seed", "\(seed)", "--sample", "\(sample)",
            "--recipients", "\(recipients)", "--every", "\(every)", "--jobs", "\(jobs)",
        ] + (defect.map { ["--broken", $0.rawValue] } ?? [])
    }
}
