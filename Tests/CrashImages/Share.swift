import Foundation
import Glibc

/// One process's part of the images.
struct Share {
    let options: Options
    let model: DiskModel
    /// Where this process places its images, and says what it has come to.
    let directory: String

    /// One image of so many is brought to the end of the campaign by the engine, besides those where a commit is at stake.
    private static let finishedOneOf = 20
    /// A map that was led astray can also go round for ever.
    private static let secondsMax: UInt32 = 60

    /// Checks the images; false when one fails, which is then in the report.
    func run() async throws -> Bool {
        let check = ImageCheck(directory: directory, model: model, recipients: options.recipients, seed: options.seed)
        let plan = ImagePlan(sampleCount: options.sample, seed: options.seed)
        var report = Report()
        var turn = 0
        try await model.forEachCrashPoint { point in
            report.points += 1
            guard point.number % options.every == Int(options.seed % UInt64(options.every)) || isNamed(point) else {
                return true
            }
            for image in plan.images(of: point) {
                turn += 1
                guard isMine(image, turn) else { continue }
                report.current = "\(image.name)"
                try report.write(to: directory)
                let finishes = point.hasCommitRecord || isNamed(point) || isChosen(image)
                alarm(Self.secondsMax)
                do {
                    try await check.check(image, of: point, finishes: finishes)
                } catch {
                    report.failure = "\(error)"
                    try report.write(to: directory)
                    return false
                }
                report.images += 1
                if finishes { report.finished += 1 }
            }
            return true
        }
        alarm(0)
        if report.failure == nil { report.current = nil }
        try report.write(to: directory)
        return report.failure == nil
    }

    private func isNamed(_ point: CrashPoint) -> Bool {
        if case .one(let name) = options.mode { point.number == name.point } else { false }
    }

    private func isMine(_ image: CrashImage, _ turn: Int) -> Bool {
        switch options.mode {
        case .whole: true
        case .one(let name): image.name == name
        case .share(let share, let count): turn % count == share
        }
    }

    private func isChosen(_ image: CrashImage) -> Bool {
        let salt = UInt64(image.name.point) << 32 | UInt64(image.name.image)
        var random = SeededRandom(seed: options.seed &* 0x9E37_79B9 ^ salt)
        return random.next(below: Self.finishedOneOf) == 0
    }
}

/// How far a process has come; kept in a file, so that it is there when the process is not.
struct Report: Codable {
    var points = 0
    var images = 0
    /// Images from which the engine brought the campaign to its end.
    var finished = 0
    /// The image being looked at.
    var current: String?
    var failure: String?

    private static func path(_ directory: String) -> String { directory + "/report.json" }

    func write(to directory: String) throws {
        try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: Self.path(directory)))
    }

    init() {}

    init(from directory: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: Self.path(directory)))
        self = try JSONDecoder().decode(Report.self, from: data)
    }
}
