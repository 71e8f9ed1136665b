import CampaignSMTP

/// Replies do not depend on how the stream was split, and stay within their bounds.
enum ReplyProperty {
    private enum Item: Hashable {
        case reply(Reply)
        case error(ReplyError)
        case end(isAtBoundary: Bool)
    }

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let choice = input.byte()
        // Small bounds half of the time, so that the search reaches them.
        let parser =
            choice & 1 == 0 ? ReplyParser() : ReplyParser(lineLengthMaxBytes: 24, sizeMaxBytes: 48)
        var seed = choice
        let stream = input.remainder()
        let whole = parse(stream, parser) { _ in stream.count }
        let single = parse(stream, parser) { _ in 1 }
        let split = parse(stream, parser) { _ in
            seed = seed &* 5 &+ 3
            return Int(seed >> 3) + 1
        }
        try require(whole == single, "byte by byte: \(single), in one piece: \(whole)")
        try require(whole == split, "in pieces: \(split), in one piece: \(whole)")
        for case .reply(let reply) in whole { try checkReply(reply, parser.sizeMaxBytes) }
    }

    private static func parse(_ stream: [UInt8], _ fresh: ReplyParser, length: (Int) -> Int) -> [Item] {
        var parser = fresh
        var items: [Item] = []
        var start = 0
        while start < stream.count {
            let end = min(stream.count, start + length(start))
            let piece = Array(stream[start..<end])
            start = end
            var offset = 0
            do throws(ReplyError) {
                while offset < piece.count {
                    if let reply = try parser.next(in: piece.span, at: &offset) { items.append(.reply(reply)) }
                }
            } catch {
                return items + [.error(error)]
            }
        }
        return items + [.end(isAtBoundary: parser.isAtBoundary)]
    }

    private static func checkReply(_ reply: Reply, _ sizeMaxBytes: Int) throws(BrokenProperty) {
        try require((200...599).contains(reply.code), "the code \(reply.code)")
        // One line more than the bound may have been in it when it ended.
        try require(reply.textBytes.count <= 2 * sizeMaxBytes, "a reply of \(reply.textBytes.count) bytes")
        let hasControl = reply.text.unicodeScalars.contains {
            ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
        }
        try require(!hasControl, "a control character in a reply's text")
        let capabilities = Capabilities(helloReply: reply)
        try require(capabilities.authMechanisms.count <= 32, "\(capabilities.authMechanisms.count) mechanisms")
        try require(capabilities.sizeLimitBytes ?? 1 > 0, "a size limit that is none")
        if let queueID = reply.queueID {
            try require(
                !queueID.isEmpty && queueID.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "the queue id \(queueID)")
        }
        _ = reply.enhancedStatusCode
        for stage in TransactionStage.allCases { _ = ReplyClassification(refusalAt: stage, reply: reply) }
    }
}
