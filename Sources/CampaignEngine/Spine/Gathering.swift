/// How long the log thread lets a group of reports grow before it commits it.
///
/// A commit costs the same whatever is in it. Where reports come one by one, waiting costs them at most as long again as the
/// commit itself, and saves as many commits as join.
struct Gathering: Hashable, Sendable {
    /// Recipients reported; with so many the group is complete.
    var enough: Int
    var patience: Duration

    /// A group is complete with one in so many of the recipients in hand. Where lanes have claims to go on with, none waits for
    /// it, and it may be the larger.
    private static let share = 4
    private static let shareAhead = 2
    private static let patienceMax: Duration = .milliseconds(2)
    /// So many commits' time at most, where lanes have claims to go on with.
    private static let commitsMax = 4
    /// There a disk may be so fast that commits would be many and small.
    private static let patienceMinAhead: Duration = .microseconds(300)

    init(enough: Int, patience: Duration) {
        self.enough = enough
        self.patience = patience
    }

    /// As the engine is doing; nil where a group cannot grow.
    ///
    /// - Parameters:
    ///   - inFlight: recipients in hand, of all jobs.
    ///   - claimsAhead: of the job that has the fewest: claims that a connection may have open.
    ///   - commitTime: how long the last group took to become durable.
    init?(inFlight: Int, claimsAhead: Int, commitTime: Duration) {
        let isAhead = claimsAhead > 1
        enough = inFlight / (isAhead ? Self.shareAhead : Self.share)
        guard enough > 1 else { return nil }
        let patience =
            isAhead ? max(commitTime * min(claimsAhead, Self.commitsMax), Self.patienceMinAhead) : commitTime
        self.patience = min(patience, Self.patienceMax)
    }
}
