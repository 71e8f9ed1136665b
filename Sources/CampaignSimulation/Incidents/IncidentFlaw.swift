/// What is broken on purpose, to show that an incident notices it.
package enum IncidentFlaw: String, CaseIterable, Sendable {
    /// Every new engine finds an empty journal and begins at the first recipient.
    case journalForgotten
    /// A request to stop reaches nobody.
    case stopIgnored
    /// What was gone for a while never comes back.
    case staysGone
}
