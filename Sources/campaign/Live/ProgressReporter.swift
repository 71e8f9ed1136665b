import CampaignDomain
import CampaignEngine

/// Shows a job's progress on standard error: live lines on a terminal, a plain line every few seconds elsewhere.
struct ProgressReporter {
    private let terminal: Terminal
    private let isQuiet: Bool
    private var area = LiveArea()
    private var stream = OutputStream.standardError()
    private var meter = RateMeter()
    private var endpointMeters: [RateMeter] = []
    private var shownAtMilliseconds: Int64?
    private var shownState: JobSummary.State?
    private var foreignLines = DiagnosticLog.lineCount

    private var intervalMilliseconds: Int64 { terminal.isInteractive ? 100 : 5000 }

    init(terminal: Terminal = .diagnostics, isQuiet: Bool = false) {
        self.terminal = terminal
        self.isQuiet = isQuiet
    }

    /// `now` is in milliseconds of any steady clock. The last one is always shown.
    mutating func show(
        _ summary: JobSummary, inFlight: Int? = nil, storeTrouble: String? = nil, isLast: Bool = false, now: Int64
    ) throws(CLIError) {
        guard !isQuiet else { return }
        meter.add(milliseconds: now, count: UInt64(summary.tally.settled))
        while endpointMeters.count < summary.endpoints.count { endpointMeters.append(RateMeter()) }
        for (index, endpoint) in summary.endpoints.enumerated() {
            endpointMeters[index].add(milliseconds: now, count: UInt64(endpoint.sent))
        }
        // A change of state is worth a line at once: "paused" must not wait.
        let isDue = shownAtMilliseconds.map { now - $0 >= intervalMilliseconds } ?? true
        guard isDue || isLast || shownState != summary.state else { return }
        shownAtMilliseconds = now
        shownState = summary.state
        let lines = ProgressLines(
            summary: summary, inFlight: inFlight, storeTrouble: storeTrouble, perSecond: meter.perSecond,
            secondsLeft: isLast || summary.state != .running
                ? nil : meter.secondsLeft(open: UInt64(summary.tally.open)),
            endpointsPerSecond: endpointMeters.map(\.perSecond))
        if terminal.isInteractive {
            if DiagnosticLog.lineCount != foreignLines {
                // Something else was written below the area: it stays, and so does the area above it.
                foreignLines = DiagnosticLog.lineCount
                area.leave()
            }
            try area.show(
                lines.lines(width: terminal.widthColumns - 1, paint: Paint(terminal), isUTF8: terminal.isUTF8))
        } else {
            try stream.line(lines.plain)
        }
    }
}
