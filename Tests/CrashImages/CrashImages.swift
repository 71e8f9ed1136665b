import Foundation

/// Every file that a power cut may leave of the journal, opened with the real engine.
@main
enum CrashImages {
    static func main() async {
        guard let options = try? Options(Array(CommandLine.arguments.dropFirst())) else {
            print(Options.usage)
            exit(64)
        }
        do {
            exit(try await run(options) ? 0 : 1)
        } catch {
            print("crash-images: \(error)")
            exit(2)
        }
    }

    private static func run(_ options: Options) async throws -> Bool {
        if case .share(let share, _) = options.mode {
            let directory = "\(options.directory)/share-\(share)"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            return try await Share(options: options, model: model(options), directory: directory).run()
        }
        let scratch = "\(options.directory)/crash-images-\(getpid())"
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        if case .one(let name) = options.mode {
            let isSound = try await Share(options: options, model: model(options), directory: scratch).run()
            let report = try Report(from: scratch)
            print(
                report.failure.map { "image \(name): \($0)" } ?? "image \(name): recovered (\(report.images) looked at)"
            )
            try FileManager.default.removeItem(atPath: scratch)
            return isSound && report.images == 1
        }
        return try await Coordinator(options: options, scratch: scratch).run()
    }

    static func model(_ options: Options, trace: String? = nil) throws -> DiskModel {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: trace ?? options.trace ?? ""))
        return try DiskModel(Trace(decoding: [UInt8](bytes)), defect: options.defect)
    }
}
