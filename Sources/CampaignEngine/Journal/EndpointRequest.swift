import CampaignDomain

/// What a person wants of one endpoint of a job.
public enum EndpointRequest: Codable, Hashable, Sendable {
    /// Nothing new goes through it until it is restored.
    case suspend(reason: String)
    /// It is out of the job until it is restored, in later runs too.
    case withdraw(reason: String)
    /// Takes back any of the two, and the engine's own removal.
    case restore
    /// Other limits than its address says; what is nil stays as it is set.
    case limit(connections: UInt32?, ratePerHour: UInt32?, weight: UInt32?)
    /// The limits that its address says.
    case unlimit
}

extension JobMachine {
    mutating func apply(
        _ request: EndpointRequest, to name: String, now: Timestamp, _ decision: inout Decision
    ) throws(EngineError) {
        guard let endpoint = endpoint(named: name) else {
            let known = state.endpoints.map { String(EndpointState.identity($0.name)) }.joined(separator: ", ")
            throw EngineError(
                .badEndpoint,
                "job \(state.terms.key) has no endpoint \(name); "
                    + (known.isEmpty ? "it has not been started yet" : "it has \(known)"))
        }
        switch request {
        case .suspend(let reason): suspend(endpoint, reason: reason, now: now, &decision)
        case .withdraw(let reason): withdraw(endpoint, reason: reason, now: now, &decision)
        case .restore: restore(endpoint, now: now, &decision)
        case .limit(let connections, let ratePerHour, let weight):
            let limits = EndpointLimits(connections: connections, ratePerHour: ratePerHour, weight: weight)
            limit(endpoint, limits.over(state.endpoints[Int(endpoint)].limits), now: now, &decision)
        case .unlimit: limit(endpoint, EndpointLimits(), now: now, &decision)
        }
    }
}
