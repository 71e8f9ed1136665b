import CCampaignFileSystem
import CampaignDomain
import CampaignEngine
import Foundation

/// The job that goes into a drop directory: what became of its files.
struct FolderCheck {
    /// Where the directory is placed, and what it is called in the campaign.
    let directory: String

    static let job = JobID(3)
    static let url = "dir:out?connections=8"
    static func path(_ directory: String) -> String { directory + "/out" }

    /// What the log calls sent is in the directory, whole.
    func checkSent(_ reader: JournalReader, _ folder: Folder) throws {
        guard try reader.jobs().contains(where: { $0.job == Self.job }) else { return }
        let state = try reader.state(Self.job)
        guard state.tally.sent > 0 else { return }
        try reader.forEachRecipient(Self.job) { recipient in
            guard state.phase(of: recipient.ordinal) == .sent else { return true }
            try check(folder.files["\(recipient.key).eml"], recipient.ordinal)
            return true
        }
    }

    /// After the campaign: every message is there once and whole, and nothing is in doubt.
    func checkEnd(_ reader: JournalReader) throws {
        let state = try reader.state(Self.job)
        guard state.tally.inDoubt == 0 else {
            var reason = ""
            try reader.eventsReversed(job: Self.job) { logged in
                guard case .recipient(_, .inDoubt(_, let why)) = logged.event else { return true }
                reason = why
                return false
            }
            throw ImageFailure("\(state.tally.inDoubt) files are in doubt: \(reason)")
        }
        let path = Self.path(directory)
        var files = Set(try FileManager.default.contentsOfDirectory(atPath: path))
        files.remove("tmp")
        try reader.forEachRecipient(Self.job) { recipient in
            let name = "\(recipient.key).eml"
            // A duplicate row has the key of the row before it.
            if state.phase(of: recipient.ordinal) == .sent {
                let file = FileManager.default.contents(atPath: "\(path)/\(name)")
                try check(file.map { [UInt8]($0) }, recipient.ordinal)
                guard files.remove(name) != nil else { throw ImageFailure("\(name) belongs to two recipients") }
            }
            return true
        }
        guard files.isEmpty else { throw ImageFailure("files that nobody was sent: \(files.sorted().prefix(3))") }
        let unshown = try FileManager.default.contentsOfDirectory(atPath: path + "/tmp")
        guard unshown.allSatisfy({ $0 == ".campaign" }) else {
            throw ImageFailure("files stay in tmp/: \(unshown.count)")
        }
    }

    private func check(_ file: [UInt8]?, _ ordinal: Ordinal) throws {
        guard let file else { throw ImageFailure("recipient \(ordinal) is called sent, but has no file") }
        let text = String(decoding: file, as: UTF8.self)
        guard text.contains("Message-ID:"), text.hasSuffix(ReferenceCampaign.lastLine + "\r\n") else {
            throw ImageFailure("the file of recipient \(ordinal) has \(file.count) bytes and is not whole")
        }
    }

    /// Puts the directory there as it was left, through the calls that a recording sees.
    func place(_ folder: Folder) throws {
        let path = Self.path(directory)
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path + "/tmp", withIntermediateDirectories: true)
        for (name, bytes) in folder.files.sorted(by: { $0.key < $1.key }) {
            let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
            guard file >= 0 else { throw ImageFailure("\(name) cannot be placed: errno \(errno)") }
            defer { close(file) }
            let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            guard written == bytes.count else { throw ImageFailure("\(name) cannot be placed: errno \(errno)") }
        }
        let root = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(root) }
        guard campaign_syncfs(root) == 0 else { throw ImageFailure("the directory cannot be flushed: errno \(errno)") }
    }
}
