import CampaignDomain
import CampaignManifest

/// A campaign file is refused with places, or decodes to a manifest within its bounds that can be written and read again.
enum ManifestProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let text = String(decoding: input, as: UTF8.self)
        let manifest: Manifest
        do throws(ManifestError) {
            manifest = try ManifestDecoder.decode(text, file: "c.yaml")
        } catch {
            try require(!error.problems.isEmpty, "refused without a reason")
            for problem in error.problems {
                try require(problem.place.hasPrefix("c.yaml") && !problem.what.isEmpty, "\(problem)")
            }
            return
        }
        try require((1...255).contains(manifest.job.utf8.count), "a job key of \(manifest.job.utf8.count) bytes")
        try require(manifest.text != nil || manifest.html != nil, "no template")
        try require((1...31).contains(manifest.retry.attempts), "\(manifest.retry.attempts) attempts")
        try require(
            manifest.retry.capMilliseconds >= manifest.retry.firstMilliseconds, "a cap below the first delay")
        let written = write(manifest)
        let again = try always("a manifest does not read back: \(written)") {
            try ManifestDecoder.decode(written, file: "c.yaml")
        }
        try require(withoutPlaces(again) == withoutPlaces(manifest), "another manifest from \(written)")
    }

    private static func write(_ manifest: Manifest) -> String {
        var lines = [
            "job: " + quoted(manifest.job), "from: " + quoted(manifest.from), "subject: " + quoted(manifest.subject),
            "recipients: " + quoted(manifest.recipients.value),
        ]
        func optional(_ key: String, _ value: String?) {
            if let value { lines.append("\(key): \(quoted(value))") }
        }
        optional("name", manifest.name)
        optional("envelope-sender", manifest.envelopeSender)
        optional("reply-to", manifest.replyTo)
        optional("text", manifest.text?.value)
        optional("html", manifest.html?.value)
        lines.append("suppress: [" + manifest.suppress.map { quoted($0.value) }.joined(separator: ", ") + "]")
        lines.append("endpoints: [" + manifest.endpoints.map { quoted($0.value) }.joined(separator: ", ") + "]")
        let retry = manifest.retry
        lines.append(
            "retry: { attempts: \(retry.attempts), first: \(retry.firstMilliseconds)ms, factor: \(retry.factor), "
                + "cap: \(retry.capMilliseconds)ms }")
        lines.append("in-doubt: \(manifest.inDoubt.word)")
        if manifest.ratePerHour > 0 { lines.append("rate: \(manifest.ratePerHour)/h") }
        return lines.joined(separator: "\n")
    }

    /// A double-quoted scalar (YAML 1.2 §7.3.1) with everything but letters and digits escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, scalar.properties.isAlphabetic {
                quoted.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16)
                quoted += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return quoted + "\""
    }

    private static func withoutPlaces(_ manifest: Manifest) -> Manifest {
        var manifest = manifest
        manifest.recipients.place = ""
        manifest.text?.place = ""
        manifest.html?.place = ""
        for index in manifest.suppress.indices { manifest.suppress[index].place = "" }
        for index in manifest.endpoints.indices { manifest.endpoints[index].place = "" }
        return manifest
    }
}
