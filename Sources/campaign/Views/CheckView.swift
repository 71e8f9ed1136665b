import CampaignDomain
import CampaignEngine

/// What `campaign check` found.
struct CheckView {
    var key: String
    var report: DefinitionCheck
    var endpoints: [EndpointView]
    var skipsInvalid: Bool
    /// When this is looked at: certificates have an end.
    var now: Timestamp

    var status: ExitStatus {
        if report.invalidTotal > 0, !skipsInvalid { return .badInput }
        return endpoints.contains { $0.fault != nil } ? .endpointsRemoved : .done
    }

    var json: JSON {
        .object([
            ("ok", .bool(status == .done)), ("key", .string(key)), ("total", .integer(Int64(report.rows))),
            ("valid", .integer(Int64(report.sendable))), ("duplicates", .integer(Int64(report.duplicates))),
            ("suppressed", .integer(Int64(report.suppressed))),
            ("invalidTotal", .integer(Int64(report.invalidTotal))),
            ("invalid", .array(report.invalid.map { .string($0) })),
            ("columns", .array(report.columns.map { .string($0) })),
            ("variables", .array(report.variables.map { .string($0) })),
            ("endpoints", .array(endpoints.map { $0.json(now: now) })),
        ])
    }

    func lines(paint: Paint) -> [String] {
        var table = AlignedTable([("", .left), ("", .right), ("", .left)])
        func add(_ name: String, _ count: Int, _ remark: String = "") {
            table.add([.init(name) { paint.faint($0) }, .init("\(count)"), .init(remark) { paint.faint($0) }])
        }
        add("recipients", Int(report.rows))
        add("valid", report.sendable, "will be sent to")
        add("duplicates", report.duplicates, report.duplicates > 0 ? "will be skipped" : "")
        add("suppressed", report.suppressed, report.suppressed > 0 ? "will be skipped" : "")
        add("invalid", report.invalidTotal, report.invalidTotal > 0 ? "will be skipped" : "")
        var lines = table.lines(paint: paint)
        lines.append("columns     \(Sanitised.line(report.columns.joined(separator: ", ")))")
        lines.append("variables   \(Sanitised.line(report.variables.joined(separator: ", ")))")
        for endpoint in endpoints { lines += endpoint.lines(paint: paint, now: now) }
        if !report.invalid.isEmpty {
            lines.append(paint.warning("bad rows (\(report.invalid.count) of \(report.invalidTotal)):"))
            lines += report.invalid.map { "  " + Sanitised.line($0) }
        }
        lines.append(status == .done ? paint.good("All is well.") : paint.bad("Not ready."))
        return lines
    }
}
