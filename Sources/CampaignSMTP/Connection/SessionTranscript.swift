import NIOCore

/// Is shown a session's dialogue line by line: what crosses, inside of TLS too, but no secret and no content.
///
/// All calls are made on the connection's event loop, which waits for them.
package protocol SessionTranscript: AnyObject {
    func client(_ line: String)
    func server(_ line: String)
    /// What neither of them has said: TLS begun, the end.
    func note(_ text: String)
}

extension SMTPConnection {
    /// Shows what is written, if anybody wants to see it.
    func transcribe(_ write: SMTPClientMachine.Write) {
        guard let transcript else { return }
        switch write {
        case .authentication(let line):
            // The mechanism is no secret; the rest of the line, and answers to challenges, are.
            let words = line.bytes.split(separator: 0x20)
            guard words.first.map({ Array($0) == Array("AUTH".utf8) }) == true, words.count > 1 else {
                return transcript.client("<redacted>")
            }
            let command = "AUTH \(String(decoding: words[1], as: UTF8.self))"
            transcript.client(words.count > 2 ? "\(command) <redacted>" : command)
        case .content(let transfer, let group):
            let size = first?.message.count ?? 0
            if transfer == .lastChunk { transcript.client("BDAT \(size) LAST") }
            transcript.client("<\(size) bytes of content>")
            if let group { transcribe(.groupOfNext(group)) }
        case .greeting, .startTLS, .group, .groupOfNext, .reset, .mail, .recipient, .data, .emptyContent, .quit:
            var buffer = ByteBuffer()
            encode(write, into: &buffer)
            for line in buffer.readableBytesView.split(separator: 0x0A) {
                transcript.client(String(escapingControlsIn: line.last == 0x0D ? line.dropLast() : line))
            }
        }
    }

    func transcribe(_ reply: Reply) {
        guard let transcript else { return }
        let shown = machine.withoutSecrets(reply)
        let lines = shown.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            transcript.server("\(shown.code)\(index + 1 < lines.count ? "-" : " ")\(line)")
        }
    }

    func transcribeEnd(_ fault: ConnectionFault?) {
        transcript?.note(fault.map { "ended: \($0)" } ?? "ended")
        transcript = nil
    }
}
