import CampaignDomain
import CampaignEngine
import CampaignManifest

/// A running job as a few lines that fit a terminal: the bar, then one line for each endpoint.
struct ProgressLines {
    var summary: JobSummary
    var inFlight: Int?
    var storeTrouble: String?
    var perSecond: Double?
    var secondsLeft: Int64?
    /// Messages per second by endpoint, in the summary's order.
    var endpointsPerSecond: [Double?] = []

    /// Endpoints shown; a job may have 255.
    static let endpointLinesMax = 8

    /// No line is wider than `width` columns, colour codes not counted.
    func lines(width: Int, paint: Paint, isUTF8: Bool) -> [String] {
        var lines = [bar(width: width, paint: paint, isUTF8: isUTF8)]
        if let storeTrouble {
            lines.append(paint.bad(fit("  journal cannot be written, sending waits: \(storeTrouble)", width)))
        }
        if summary.state == .paused {
            let reason = summary.pauseReason.map { ": \($0)" } ?? ""
            lines.append(paint.warning(fit("  paused\(reason) (campaign unpause \(summary.shellKey))", width)))
        }
        for (index, endpoint) in summary.endpoints.prefix(Self.endpointLinesMax).enumerated() {
            lines.append(endpointLine(endpoint, index, width: width, paint: paint))
        }
        let hidden = summary.endpoints.count - Self.endpointLinesMax
        if hidden > 0 { lines.append(fit("  … and \(hidden) more endpoints", width)) }
        return lines
    }

    /// One plain line for logs: no bar, no colour, no control codes.
    var plain: String {
        let tally = summary.tally
        var text = "\(summary.key): \(summary.state.rawValue), \(tally.settled) of \(tally.total) done (\(percent))"
        text += ", sent \(tally.sent), failed \(tally.failed), deferred \(tally.deferred), in doubt \(tally.inDoubt)"
        if let rate = rateText { text += ", \(rate)" }
        if let secondsLeft { text += ", ETA \(Quantity.shown(seconds: secondsLeft))" }
        if let storeTrouble { text += ", journal cannot be written: \(storeTrouble)" }
        if let pauseReason = summary.pauseReason, summary.state == .paused { text += ", paused: \(pauseReason)" }
        return Sanitised.line(text)
    }

    /// The bar and the numbers; numbers are dropped from the right, and the bar shrinks, until all fits.
    private func bar(width: Int, paint: Paint, isUTF8: Bool) -> String {
        let tally = summary.tally
        var facts = ["\(percent) \(tally.settled)/\(tally.total)"]
        if let rate = rateText { facts.append(rate) }
        if let secondsLeft { facts.append("ETA \(Quantity.shown(seconds: secondsLeft))") }
        facts.append("sent \(tally.sent)")
        if tally.failed > 0 { facts.append("failed \(tally.failed)") }
        if tally.inDoubt > 0 { facts.append("in doubt \(tally.inDoubt)") }
        if tally.deferred > 0 { facts.append("deferred \(tally.deferred)") }
        if tally.skipped > 0 { facts.append("skipped \(tally.skipped)") }
        if let inFlight, inFlight > 0 { facts.append("under way \(inFlight)") }
        let barMin = 12
        while facts.count > 1, facts.joined(separator: "  ").count + barMin + 1 > width { facts.removeLast() }
        let text = facts.joined(separator: "  ")
        let barColumns = min(max(width - text.count - 1, 0), 40)
        guard barColumns >= 5 else { return fit(text, width) }
        return drawn(barColumns, paint: paint, isUTF8: isUTF8) + " " + text
    }

    private func drawn(_ columns: Int, paint: Paint, isUTF8: Bool) -> String {
        let tally = summary.tally
        let inside = columns - 2
        // Full only when all is done.
        let filled = tally.total == 0 ? 0 : Int(UInt64(inside) * UInt64(tally.settled) / UInt64(tally.total))
        let full = String(repeating: isUTF8 ? "█" : "#", count: filled)
        let empty = String(repeating: isUTF8 ? "░" : "-", count: inside - filled)
        let painted = tally.failed > 0 || tally.inDoubt > 0 ? paint.warning(full) : paint.good(full)
        return "[" + painted + paint.faint(empty) + "]"
    }

    private func endpointLine(_ endpoint: EndpointState, _ index: Int, width: Int, paint: Paint) -> String {
        var text = "  \(Sanitised.line(endpoint.name))  \(endpoint.standing.shown)  sent \(endpoint.sent)"
        if index < endpointsPerSecond.count, let rate = endpointsPerSecond[index] { text += "  \(Self.rate(rate))" }
        if endpoint.failures > 0 { text += "  failures \(endpoint.failures)" }
        if endpoint.standing != .active, let error = endpoint.lastError { text += "  \(error)" }
        let fitted = fit(text, width)
        switch endpoint.standing {
        case .active: return paint.faint(fitted)
        case .paused, .suspended: return paint.warning(fitted)
        case .removed, .withdrawn: return paint.bad(fitted)
        }
    }

    private func fit(_ text: String, _ width: Int) -> String { DisplayWidth.truncated(Sanitised.line(text), width) }

    /// Rounded down, so that 100 % is said only when all is done.
    private var percent: String {
        let tally = summary.tally
        return tally.total == 0 ? "0%" : "\(UInt64(tally.settled) * 100 / UInt64(tally.total))%"
    }

    private var rateText: String? { perSecond.map(Self.rate) }

    static func rate(_ perSecond: Double) -> String {
        if perSecond >= 10 || perSecond == 0 { return "\(Int64(perSecond.rounded()))/s" }
        let tenths = Int64((perSecond * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)/s"
    }
}
