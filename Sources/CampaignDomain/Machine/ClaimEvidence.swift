/// What is known of a claim that a crash has left open, before its endpoint is asked.
package struct ClaimEvidence: Hashable, Sendable {
    /// `unknown` leaves it to the endpoint's probe.
    package var verdict: ProbeVerdict
    /// What it is known by, for the log; also the reason of the doubt where nobody knows more.
    package var text: String

    package init(_ verdict: ProbeVerdict, _ text: String) {
        self.verdict = verdict
        self.text = text
    }
}
