import Foundation

/// Records, has the images checked by child processes, and says how it went: LMDB maps its file, so that a bad one can end
/// the process that looks at it.
struct Coordinator {
    let options: Options
    let scratch: String

    /// Of a recovery's crash points so many times fewer are looked at: most are like those of the campaign.
    private static let recoveryEvery = 4

    func run() async throws -> Bool {
        var sum = Sum()
        let path = try await recordedTrace()
        let model = try CrashImages.model(options, trace: path)
        try await checkComplete(model)
        guard try check(path, model, options, &sum) else { return false }
        var recoveries = Sum()
        if options.trace == nil {
            for (number, start) in try await starts(model).enumerated() {
                let path = "\(scratch)/recovery-\(number)"
                let directory = "\(scratch)/recovering-\(number)"
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                let trace = try await Recording.recovery(
                    from: start.image, of: start.point, model, directory: directory, recipients: options.recipients,
                    seed: options.seed)
                try Data(trace.bytes).write(to: URL(fileURLWithPath: path))
                var options = options
                options.every *= Self.recoveryEvery
                options.seed &+= UInt64(number)
                let model = try CrashImages.model(options, trace: path)
                guard try check(path, model, options, &recoveries) else { return false }
                try FileManager.default.removeItem(atPath: directory)
            }
        }
        try FileManager.default.removeItem(atPath: scratch)
        print("\(recoveries.images) of them of a second power cut, during or after \(options.recoveries) recoveries")
        sum.add(recoveries)
        print(
            "the engine brought the campaign to its end from \(sum.finished), \(sum.rate) images/s, seed \(options.seed)"
        )
        print("\(sum.images) crash images of \(sum.writes) writes and \(sum.flushes) flushes: all recovered")
        return true
    }

    private func recordedTrace() async throws -> String {
        if let trace = options.trace { return trace }
        let trace = try await Recording.run(directory: scratch, recipients: options.recipients)
        let path = scratch + "/trace"
        try Data(trace.bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Nothing has escaped the record: all writes together are the file.
    private func checkComplete(_ model: DiskModel) async throws {
        guard options.trace == nil else { return }
        let file = try Data(contentsOf: URL(fileURLWithPath: Recording.journal(scratch) + "/data.mdb"))
        guard try await model.fileAtEnd() == [UInt8](file) else {
            throw ImageFailure("the recorded writes do not add up to the data file: calls have escaped the record")
        }
    }

    /// Images whose recovery is recorded in turn: spread over the campaign, with the commit record lost and kept by turns.
    private func starts(_ model: DiskModel) async throws -> [(point: CrashPoint, image: CrashImage)] {
        guard options.recoveries > 0, options.defect == nil else { return [] }
        var commits = 0
        try await model.forEachCrashPoint { point in
            commits += point.hasCommitRecord ? 1 : 0
            return true
        }
        let wanted = Set((0..<options.recoveries).map { ($0 * 2 + 1) * commits / (options.recoveries * 2) })
        var found: [(CrashPoint, CrashImage)] = []
        var number = 0
        try await model.forEachCrashPoint { point in
            guard point.hasCommitRecord else { return true }
            if wanted.contains(number) {
                let images = ImagePlan(sampleCount: 0, seed: options.seed).images(of: point)
                found.append((point, images[found.count % 2 == 0 ? 0 : images.count - 1]))
            }
            number += 1
            return true
        }
        return found
    }

    // MARK: One trace

    private func check(_ path: String, _ model: DiskModel, _ options: Options, _ sum: inout Sum) throws -> Bool {
        try checkRecord(model.trace)
        let began = ContinuousClock.now
        let shares = try (0..<options.jobs).map { try child($0, path, options) }
        for share in shares { share.waitUntilExit() }
        sum.seconds += (ContinuousClock.now - began) / .seconds(1)
        sum.writes += model.trace.writes
        sum.flushes += model.trace.flushes
        for (index, share) in shares.enumerated() {
            let directory = "\(scratch)/share-\(index)"
            guard let report = try? Report(from: directory) else {
                throw ImageFailure("process \(index) ended with \(share.terminationStatus) and without a report")
            }
            sum.images += report.images
            sum.finished += report.finished
            guard share.terminationReason == .exit, share.terminationStatus == 0 else {
                fail(report, share, path, options)
                return false
            }
        }
        return true
    }

    /// What the disk model builds on: only calls that it knows, and commit records that lie within one sector each, which
    /// a disk writes whole or not at all.
    private func checkRecord(_ trace: Trace) throws {
        if let call = trace.unmodelled { throw ImageFailure("the record holds a call that is not modelled: \(call)") }
        var count = 0
        for case .writeBegan(let offset, let bytes, true) in trace.records {
            count += 1
            let sector = CrashPoint.sectorSizeBytes
            guard offset / sector == (offset + bytes.count - 1) / sector else {
                throw ImageFailure("a commit record of \(bytes.count) bytes at \(offset) lies in more than one sector")
            }
        }
        guard count > 0 else { throw ImageFailure("no commit record was recorded: are calls really seen?") }
    }

    private func child(_ share: Int, _ trace: String, _ options: Options) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = options.repeating(trace: trace, directory: scratch) + ["--share", "\(share)"]
        try process.run()
        return process
    }

    /// Says which image failed, why, and how to see it again; the trace stays.
    private func fail(_ report: Report, _ share: Process, _ trace: String, _ options: Options) {
        let image = report.current ?? "?"
        let reason =
            report.failure
            ?? (share.terminationReason == .uncaughtSignal
                ? "the process was ended by signal \(share.terminationStatus)"
                : "the process ended with \(share.terminationStatus)")
        for share in 0..<options.jobs { try? FileManager.default.removeItem(atPath: "\(scratch)/share-\(share)") }
        print("image \(image): \(reason)")
        let again = options.repeating(trace: trace, directory: options.directory) + ["--image", image]
        print("repeat: \(CommandLine.arguments[0]) \(again.joined(separator: " "))")
    }
}

/// What several traces come to together.
private struct Sum {
    var writes = 0
    var flushes = 0
    var images = 0
    var finished = 0
    var seconds = 0.0

    var rate: Int { Int(Double(images) / max(seconds, 0.001)) }

    mutating func add(_ other: Sum) {
        writes += other.writes
        flushes += other.flushes
        images += other.images
        finished += other.finished
        seconds += other.seconds
    }
}
