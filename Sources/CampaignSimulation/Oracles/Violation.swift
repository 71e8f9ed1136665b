/// A promise that was broken, and when.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    /// The laws, and what else is promised.
    package enum Promise: String, Sendable, CaseIterable {
        case noSkip = "no skip"
        case noSecondCopy = "no second copy"
        case noUnnamedDoubt = "no unnamed doubt"
        case noNeedlessDoubt = "no doubt where the flight record tells"
        case logDecides = "the log decides"
        case acknowledgedIsDurable = "acknowledged is durable"
        case claimFirst = "a durable claim comes first"
        case keyIsStable = "one key for each recipient"
        case conservation = "every recipient is counted once"
        case liveness = "every job ends"
        case oneEngine = "one engine for each journal"
        case rightHost = "a journal is adopted explicitly"
        case damageIsFound = "damage is found"
        case stopsInTime = "a stop has a bound"
        case asTold = "an incident goes as told"
        case paced = "limits are kept"
        case engineWorks = "the engine gives up only where it may"
    }

    package var promise: Promise
    package var sentence: String
    /// Simulated milliseconds since the world began.
    package var time: Int64

    package var description: String { "\(promise.rawValue): \(sentence) (at \(time) ms)" }
}
