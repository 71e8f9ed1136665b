import Foundation

/// Python's `email` package as an independent reader of messages.
struct PythonEmail: Decodable {
    struct Part: Decodable {
        var type: String
        var encoding: String
        /// Decoded content, Latin-1 mapped to keep octets.
        var content: String
    }

    var defects: [String]
    var names: [String]
    var subject: String
    /// Display name and address.
    var from: [String]
    var parts: [Part]

    private static let script = """
        import sys, json, email, email.policy, email.utils
        from email.header import decode_header, make_header
        for line in sys.stdin:
            m = email.message_from_bytes(bytes.fromhex(line.strip()), policy=email.policy.default)
            defects = []
            for p in m.walk():
                defects += [repr(d) for d in p.defects]
                for name, value in p.items():
                    defects += [name + ": " + repr(d) for d in getattr(value, "defects", [])]
            parts = [dict(type=p.get_content_type(), encoding=p["Content-Transfer-Encoding"],
                          content=p.get_payload(decode=True).decode("latin-1"))
                     for p in m.walk() if not p.is_multipart()]
            # The newer parser puts blanks between the encoded words of a phrase.
            sender = email.message_from_bytes(bytes.fromhex(line.strip()))["From"]
            name, address = email.utils.parseaddr(sender.replace("\\r\\n", ""))
            name = str(make_header(decode_header(name)))
            print(json.dumps(dict(defects=defects, names=m.keys(), subject=str(m["Subject"]),
                                  **{"from": [name, address]}, parts=parts)))
        """

    /// Reads all messages in one run of python3.
    static func read(_ messages: [[UInt8]]) throws -> [PythonEmail] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let hex = messages.map { message in
            message.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let input = folder.appendingPathComponent("input")
        let output = folder.appendingPathComponent("output")
        try Data((hex.joined(separator: "\n") + "\n").utf8).write(to: input)
        try Data().write(to: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        return try Data(contentsOf: output).split(separator: 10).map { line in
            try JSONDecoder().decode(PythonEmail.self, from: Data(line))
        }
    }
}

extension PythonEmail.Part {
    /// The content as UTF-8 text with LF line ends.
    var text: String {
        String(decoding: content.unicodeScalars.map { UInt8($0.value) }, as: UTF8.self).replacing("\r\n", with: "\n")
    }
}
