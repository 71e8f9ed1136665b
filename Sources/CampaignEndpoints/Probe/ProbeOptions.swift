import CampaignDomain

/// The options of an endpoint's address that say how to find out what became of a message whose sender was lost.
///
/// | option | meaning |
/// |---|---|
/// | `probe-command=/path` | a program that is asked about one message at a time (``CommandProbe``) |
/// | `probe-log=/path` | a mail log of Postfix, with its rotated files (``MailLogProbe``) |
/// | `probe-settle=10s` | how long a message may take from the moment its sender was lost until the log knows of it; also the time from a doubt to the next asking |
/// | `probe-again=4` | how often a doubt is asked about again while the job runs, each time after twice as long |
struct ProbeOptions: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        case command(path: String)
        case log(path: String)
    }

    var source: Source?
    var settleMilliseconds: Int64 = 10_000
    var again = 4

    static let known = ["probe-command", "probe-log", "probe-settle", "probe-again"]
    static let againMax = 20

    /// A little longer than the log needs, or it would be asked a moment too early each time.
    var policy: ProbePolicy {
        guard source != nil else { return ProbePolicy() }
        return ProbePolicy(again: again, intervalMilliseconds: settleMilliseconds + settleMilliseconds / 8 + 1)
    }

    /// Takes an option if it is one of these.
    ///
    /// - Returns: what its value should be, if it is not that; nil if all is well.
    mutating func take(_ name: String, _ value: String) -> String? {
        switch name {
        case "probe-command", "probe-log":
            // A later run may be started elsewhere: the log keeps the address.
            guard value.hasPrefix("/"), !value.utf8.contains(0) else { return "an absolute path" }
            guard source == nil else { return "the only probe: give probe-command or probe-log, once" }
            source = name == "probe-log" ? .log(path: value) : .command(path: value)
        case "probe-settle":
            guard let time = Quantity.durationMilliseconds(value), time > 0, time <= 24 * 3_600_000 else {
                return "a duration up to 24h such as 10s or 5m"
            }
            settleMilliseconds = time
        case "probe-again":
            guard let number = Int(value), (0...Self.againMax).contains(number) else {
                return "a number from 0 to \(Self.againMax)"
            }
            again = number
        default: break
        }
        return nil
    }
}
