import Foundation

/// Records, has the images checked by child processes, and says how it went: LMDB maps its file, so that a bad one can end
/// the process that looks at it.
struct Coordinator {
    let options: Options
    let scratch: String

    func run() async throws -> Bool {
        let path = try await recordedTrace()
        var options = options
        options.trace = path
        let model = try CrashImages.model(options)
        if let call = model.trace.unmodelled { throw ImageFailure("the record holds a call that is not modelled: \(call)") }
        try checkCommitRecords(model.trace)
        let began = ContinuousClock.now
        let shares = try (0..<options.jobs).map { try child($0, path) }
        for share in shares { share.waitUntilExit() }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        var total = Report()
        for (index, share) in shares.enumerated() {
            let directory = "\(scratch)/share-\(index)"
            guard let report = try? Report(from: directory) else {
                throw ImageFailure("process \(index) ended with \(share.terminationStatus) and without a report")
            }
            total.points = max(total.points, report.points)
            total.images += report.images
            total.finished += report.finished
            if share.terminationReason == .uncaughtSignal || share.terminationStatus != 0 {
                fail(report, share, path)
                return false
            }
        }
        try FileManager.default.removeItem(atPath: scratch)
        print("\(total.points) crash points, \(total.finished) images brought to the campaign's end by the engine,"
            + " \(Int(Double(total.images) / seconds)) images/s, seed \(options.seed)")
        print("\(total.images) crash images of \(model.trace.writes) writes and \(model.trace.flushes) flushes: all recovered")
        return true
    }

    private func recordedTrace() async throws -> String {
        if let trace = options.trace { return trace }
        let trace = try await Recording.run(directory: scratch, recipients: options.recipients)
        let path = scratch + "/trace"
        try Data(trace.bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// What the disk model builds on: a commit record lies within one sector, which a disk writes whole or not at all.
    private func checkCommitRecords(_ trace: Trace) throws {
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

    private func child(_ share: Int, _ trace: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = options.repeating(trace: trace, directory: scratch) + ["--share", "\(share)"]
        try process.run()
        return process
    }

    private func fail(_ report: Report, _ share: Process, _ trace: String) {
        let image = report.current ?? "?"
        let reason =
            report.failure
            ?? (share.terminationReason == .uncaughtSignal
                ? "the process was ended by signal \(share.terminationStatus)"
                : "the process ended with \(share.terminationStatus)")
        print("image \(image): \(reason)")
        let again = options.repeating(trace: trace, directory: options.directory) + ["--image", image]
        print("repeat: \(CommandLine.arguments[0]) \(again.joined(separator: " "))")
        print("crash image \(image) of \(report.images) and more: not recovered")
    }
}
