import CampaignDomain
import CampaignEngine

/// What `campaign audit` found.
struct AuditView {
    var violations: [LawViolation]

    var json: JSON {
        .object([
            ("ok", .bool(violations.isEmpty)),
            (
                "violations",
                .array(
                    violations.map { violation in
                        .object([
                            ("law", .string(violation.law.rawValue)), ("job", JSON(violation.job.rawValue)),
                            ("ordinal", violation.ordinal.map { JSON($0) } ?? .null),
                            ("sequence", JSON(violation.sequence)), ("sentence", .string(violation.sentence)),
                        ])
                    })
            ),
        ])
    }

    func lines(paint: Paint) -> [String] {
        guard !violations.isEmpty else { return [paint.good("All laws hold.")] }
        return violations.map { violation in
            let place = "event \(violation.sequence), job \(violation.job)"
            return paint.bad(violation.law.rawValue) + ": \(place): " + Sanitised.line(violation.sentence)
        }
    }
}

/// What `campaign verify` and `campaign head` print.
enum ProofView {
    static func json(_ report: LogVerification) -> JSON {
        .object([
            ("ok", .bool(report.isSound)), ("frames", JSON(report.frames)), ("events", JSON(report.events)),
            ("head", .string(report.head)), ("firstBad", report.firstBad.map { JSON($0) } ?? .null),
            ("reason", JSON(report.reason)),
        ])
    }

    static func lines(_ report: LogVerification, paint: Paint) -> [String] {
        let size = "\(report.frames) frames, \(report.events) events"
        if report.isSound { return [paint.good("The log is sound") + ": \(size).", "head \(report.head)"] }
        let place = report.firstBad.map { " at event \($0)" } ?? ""
        return [
            paint.bad("The log is bad\(place)")
                + ": \(Sanitised.line(report.reason ?? "unknown")). Read so far: \(size)."
        ]
    }

    static func json(_ head: JournalHead) -> JSON {
        .object([
            ("sequence", JSON(head.sequence)), ("root", .string(head.root)), ("frames", JSON(head.frames)),
            ("epoch", JSON(head.epoch)),
        ])
    }
}
