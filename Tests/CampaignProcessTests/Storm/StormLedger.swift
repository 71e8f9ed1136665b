import Foundation

/// Who got what, from the receivers' records alone, beside what the journal's export claims.
struct StormLedger {
    /// One line of `campaign export`.
    struct Line {
        var key: String
        var outcome: String
        var address: String
    }

    /// How often each address was reached, and under which keys.
    private(set) var copies: [String: Int] = [:]
    private(set) var keys: [String: Set<String>] = [:]
    private(set) var lines: [Line] = []

    init(accepted: [RecordingServer.Accepted], export: String) {
        for message in accepted {
            copies[message.address, default: 0] += 1
            keys[message.address, default: []].insert(message.key)
        }
        // ordinal,key,outcome,attempts,reason,email,name: the reason may be quoted, the address is like no other text.
        for line in export.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false)
            let local = line.components(separatedBy: "@example.com").first?.suffix(7) ?? ""
            guard fields.count == 4 else { continue }
            lines.append(Line(key: String(fields[1]), outcome: String(fields[2]), address: local + "@example.com"))
        }
    }

    /// Addresses that the export gives this outcome.
    func addresses(_ outcome: String) -> Set<String> {
        Set(lines.lazy.filter { $0.outcome == outcome }.map(\.address))
    }

    /// Everything that breaks a promise. `resends` says how often a copy was allowed to be sent again.
    func breaches(of plan: StormPlan, resends: [String: Int]) -> [String] {
        var found: [String] = []
        func expect(_ wrong: Set<String>, _ what: String) {
            if !wrong.isEmpty { found.append("\(what): \(wrong.count), such as \(wrong.sorted().prefix(3))") }
        }
        let everyone = Set((0..<plan.recipients).map(TestCampaign.address))
        let reached = Set(copies.keys)
        let (sent, failed, inDoubt) = (addresses("sent"), addresses("failed"), addresses("in-doubt"))
        if lines.count != plan.recipients || Set(lines.map(\.address)) != everyone {
            found.append("the export has \(lines.count) lines for \(plan.recipients) recipients")
        }
        expect(reached.subtracting(everyone), "reached, but nobody asked for them")
        expect(Set(copies.filter { $0.value > 1 + resends[$0.key, default: 0] }.keys), "reached too often")
        expect(Set(keys.filter { $0.value.count > 1 }.keys), "reached under more than one key")
        let keyOf = Dictionary(lines.map { ($0.address, $0.key) }, uniquingKeysWith: { first, _ in first })
        expect(
            Set(keys.filter { $0.value != [keyOf[$0.key] ?? ""] }.keys), "reached under another key than the export's")
        expect(sent.subtracting(reached), "called sent, but never reached")
        expect(failed.intersection(reached), "called failed, but reached")
        expect(failed.filter { !plan.isRefused($0) }, "failed, though nobody refuses them")
        expect(reached.filter { plan.isRefused($0) }, "reached, though refused")
        expect(everyone.subtracting(reached).subtracting(failed).subtracting(inDoubt), "missing, and nobody says so")
        expect(reached.subtracting(sent).subtracting(inDoubt), "reached, but neither sent nor in doubt")
        return found
    }
}
