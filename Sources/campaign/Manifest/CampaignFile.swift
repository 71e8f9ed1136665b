import CampaignDomain
import CampaignEngine
import CampaignManifest
import Foundation

/// A campaign file and what it names, read: ready to be checked, previewed or run.
struct CampaignFile {
    /// Templates are kept in memory and stored in the journal.
    static let templateSizeMaxBytes = 16 << 20

    var path: String
    var manifest: Manifest
    var definition: JobDefinition
    var recipients: RecipientSource

    /// The directory to which the file's paths are relative.
    var directory: String { Self.directory(of: path) }

    /// - Throws: ``CLIError``: status 66 when the file or a template cannot be read, 65 when it is wrong.
    static func load(_ path: String, skipsInvalid: Bool = false) throws(CLIError) -> CampaignFile {
        let yaml = try text(
            of: path, what: "campaign file", place: nil, sizeMaxBytes: ManifestDecoder.sizeMaxBytes,
            remedy: "name a campaign file, or make one with `campaign init`")
        let manifest = try manifest(yaml, file: path)
        let directory = directory(of: path)
        let definition = JobDefinition(
            key: manifest.job, name: manifest.name, from: manifest.from, envelopeSender: manifest.envelopeSender,
            replyTo: manifest.replyTo, subject: manifest.subject,
            text: try template(manifest.text, in: directory), html: try template(manifest.html, in: directory),
            retry: manifest.retry, inDoubt: manifest.inDoubt, ratePerHour: manifest.ratePerHour)
        for list in [manifest.recipients] + manifest.suppress {
            try requireFile(resolve(list.value, in: directory), place: list.place)
        }
        let recipients = RecipientSource(
            path: resolve(manifest.recipients.value, in: directory),
            suppressionPaths: manifest.suppress.map { resolve($0.value, in: directory) }, skipsInvalid: skipsInvalid)
        return CampaignFile(path: path, manifest: manifest, definition: definition, recipients: recipients)
    }

    private static func manifest(_ yaml: String, file: String) throws(CLIError) -> Manifest {
        do {
            return try ManifestDecoder.decode(yaml, file: file)
        } catch {
            throw CLIError(error)
        }
    }

    static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A path as the manifest means it.
    static func resolve(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || directory == "." ? path : directory + (directory.hasSuffix("/") ? "" : "/") + path
    }

    private static func template(
        _ written: Manifest.Located<String>?, in directory: String
    ) throws(CLIError) -> Template? {
        guard let written else { return nil }
        let path = resolve(written.value, in: directory)
        let source = try text(
            of: path, what: "template", place: written.place, sizeMaxBytes: templateSizeMaxBytes,
            remedy: "name an existing file")
        return Template(source, name: path)
    }

    private static func requireFile(_ path: String, place: String) throws(CLIError) {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue
        else {
            throw CLIError(
                .inputNotFound, "no such file", at: place,
                remedy: "\(path) does not exist; paths are relative to the campaign file")
        }
    }

    /// A whole UTF-8 file.
    static func text(
        of path: String, what: String, place: String?, sizeMaxBytes: Int, remedy: String
    ) throws(CLIError) -> String {
        let shownPlace = place.map { "\($0) (\(path))" } ?? path
        let bytes: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: sizeMaxBytes + 1) ?? Data()
        } catch {
            throw CLIError(.inputNotFound, "\(what) cannot be read", at: shownPlace, remedy: remedy)
        }
        guard bytes.count <= sizeMaxBytes else {
            throw CLIError(.badInput, "\(what) is larger than \(sizeMaxBytes >> 20) MiB", at: shownPlace)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CLIError(.badInput, "\(what) is not UTF-8 text", at: shownPlace, remedy: "save it as UTF-8")
        }
        return text
    }
}
