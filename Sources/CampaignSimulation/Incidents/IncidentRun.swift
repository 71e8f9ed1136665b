import CampaignEngine

/// Puts the engine through an incident: a world in which nothing goes wrong but what the script does.
package struct IncidentRun: Sendable {
    package let row: String
    /// The broken promise, or what is not as told.
    package let violation: Violation?
    /// The job at its last moment, in one line.
    package let summary: String
    package let logRoot: String
    /// Simulated milliseconds.
    package let time: Int64

    /// - Parameter list: rows of the incident's number; see ``SimulatedList/write(rows:to:)``.
    package init(
        _ incident: Incident, _ list: SimulatedList, fault: IncidentFlaw? = nil, trace: ((String) -> Void)? = nil
    ) {
        let world = World(seed: 1, SimulationOptions(incident), [list], trace: trace)
        world.configuration.storeRetryInterval = .milliseconds(incident.storeIntervalMilliseconds)
        let script = IncidentScript(incident, world)
        script.flaw = fault
        world.script = script
        world.run()
        row = incident.row
        violation = world.violation
        summary = script.ending
        logRoot = world.logRoot
        time = world.time
    }
}

extension SimulationOptions {
    /// No chance: every rate is zero.
    fileprivate init(_ incident: Incident) {
        self.init(seed: 1, lists: 1)
        for fault in Fault.allCases { self[fault] = 0 }
        servers = incident.servers
        jobs = [
            Job(
                list: 0, retry: incident.retry, inDoubt: incident.inDoubt, ratePerHour: 0,
                servers: Array(incident.servers.indices))
        ]
        storeRetries = incident.storeRetries
        ticks = 100_000 + 20 * incident.recipients
    }
}
