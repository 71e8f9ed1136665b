import CampaignDomain
import Yams

/// Turns the text of a campaign file into a ``Manifest``. Strict: what it does not understand is an error.
///
/// All mistakes are reported at once, each with file, line, column, key and how to mend it.
package struct ManifestDecoder {
    /// A campaign file is small; anything bigger is something else.
    package static let sizeMaxBytes = 1 << 20
    /// Aliases of aliases multiply: the parser compares keys in full, and a few lines can be made to take hours.
    static let aliasesMax = 16

    /// The file's name as it appears in errors.
    let file: String
    private(set) var problems: [ManifestProblem] = []

    private init(file: String) { self.file = file }

    package static func decode(_ yaml: String, file: String) throws(ManifestError) -> Manifest {
        var decoder = ManifestDecoder(file: file)
        let manifest = decoder.manifest(yaml)
        guard decoder.problems.isEmpty else { throw ManifestError(problems: decoder.problems) }
        guard let manifest else {
            throw ManifestError(problems: [ManifestProblem("campaign file is empty", at: file)])
        }
        return manifest
    }

    private mutating func manifest(_ yaml: String) -> Manifest? {
        guard let root = root(yaml), let fields = mapping(root, "the campaign file") else { return nil }
        let table = KeyTable(fields, decoder: &self, known: Manifest.knownKeys, later: Manifest.laterKeys)
        let job = requiredText(table, "job", remedy: "give the campaign a key of its own, such as `job: spring-2026`")
        if let job, !(1...255).contains(job.value.utf8.count) {
            refuse(job.place, "job", "is longer than 255 bytes", "choose a shorter key")
        }
        let from = requiredText(table, "from", remedy: "add a sender, such as `from: \"Shop <shop@example.com>\"`")
        let subject = requiredText(table, "subject", remedy: "add `subject:` with the subject's template")
        let recipients = requiredText(table, "recipients", remedy: "add `recipients:` with the list's path")
        let text = optionalText(table, "text")
        let html = optionalText(table, "html")
        let isNamed = ["text", "html"].contains { table.contains($0) || table.isSuggested($0) }
        if !isNamed {
            refuse(place(root), "text", "is missing, and so is `html`", "name at least one of the two templates")
        }
        let name = optionalText(table, "name")
        let envelopeSender = optionalText(table, "envelope-sender")
        let replyTo = optionalText(table, "reply-to")
        let suppress = texts(table, "suppress")
        let endpoints = texts(table, "endpoints")
        let retry = retryPolicy(table)
        let inDoubt = inDoubtPolicy(table)
        let rate = ratePerHour(table)
        let destinations = destinationLimits(table)
        guard problems.isEmpty, let job, let from, let subject, let recipients else { return nil }
        return Manifest(
            job: job.value, name: name?.value, from: from.value, envelopeSender: envelopeSender?.value,
            replyTo: replyTo?.value, subject: subject.value, recipients: recipients, text: text, html: html,
            suppress: suppress, endpoints: endpoints, retry: retry, inDoubt: inDoubt, ratePerHour: rate,
            destinations: destinations)
    }

    private mutating func root(_ yaml: String) -> Node? {
        guard yaml.utf8.count <= Self.sizeMaxBytes else {
            problems.append(ManifestProblem("campaign file is larger than 1 MiB", at: file))
            return nil
        }
        guard Self.aliasCount(yaml) <= Self.aliasesMax else {
            problems.append(
                ManifestProblem(
                    "more than \(Self.aliasesMax) YAML aliases", at: file,
                    remedy: "write the values out, and put text that begins with * in quotes"))
            return nil
        }
        do {
            if let root = try Yams.compose(yaml: yaml) { return root }
            problems.append(
                ManifestProblem("campaign file is empty", at: file, remedy: "`campaign init` writes a sample"))
        } catch {
            problems.append(yamlProblem(error))
        }
        return nil
    }

    /// Asterisks that stand where an alias may; more than there are aliases, never fewer.
    private static func aliasCount(_ yaml: String) -> Int {
        var count = 0
        var previous = UInt8(ascii: "\n")
        for byte in yaml.utf8 {
            if byte == UInt8(ascii: "*") {
                switch previous {
                case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"),
                    UInt8(ascii: "?"), UInt8(ascii: "-"):
                    count += 1
                default: break
                }
            }
            previous = byte
        }
        return count
    }

    private func yamlProblem(_ error: any Error) -> ManifestProblem {
        let what = "bad YAML"
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _)?, .parser(let context, let problem, let mark, _)?,
            .composer(let context, let problem, let mark, _)?:
            let problem = context.map { "\($0.text), \(problem)" } ?? problem
            return ManifestProblem(what, at: "\(file):\(mark)", remedy: problem)
        case .duplicatedKeysInMapping(let names, let context)?:
            let names = names.map { "`\($0)`" }.joined(separator: ", ")
            return ManifestProblem(
                "key given twice", at: "\(file):\(context.mark)",
                remedy: "\(names): keep one of them")
        case .reader(let problem, _, _, _)?:
            return ManifestProblem(what, at: file, remedy: "\(problem): remove the control characters")
        default:
            return ManifestProblem(what, at: file, remedy: "it cannot be read as YAML")
        }
    }

    // MARK: Places and refusals

    func place(_ node: Node) -> String { node.mark.map { "\(file):\($0)" } ?? file }

    mutating func refuse(_ problem: ManifestProblem) { problems.append(problem) }

    mutating func refuse(_ place: String, _ key: String, _ what: String, _ remedy: String) {
        refuse(ManifestProblem("`\(key)` \(what)", at: place, remedy: remedy))
    }
}
