/// What a person does with the endpoints of a job, running or not.
extension JobMachine {
    /// The endpoint of this name, options apart; nil when the job has none.
    package func endpoint(named name: String) -> EndpointIndex? {
        let identity = EndpointState.identity(name)
        return state.endpoints.firstIndex { EndpointState.identity($0.name) == identity }.map { EndpointIndex($0) }
    }

    /// Lets nothing new through it until it is restored. What is under way gets its outcome.
    package mutating func suspend(_ endpoint: EndpointIndex, reason: String, now: Timestamp, _ decision: inout Decision)
    {
        guard !isOverForGood, !state.endpoints[Int(endpoint)].standing.isDecidedByPerson else { return }
        emit(.endpointSuspended(endpoint, reason: reason.clippedForLog), now, &decision)
        halt(endpoint, .suspended)
        advance(now: now, &decision)
    }

    /// Takes it out of the job until it is restored, also from later runs. The last one taken out ends the run.
    package mutating func withdraw(
        _ endpoint: EndpointIndex, reason: String, now: Timestamp, _ decision: inout Decision
    ) {
        guard !isOverForGood, state.endpoints[Int(endpoint)].standing != .withdrawn else { return }
        emit(.endpointWithdrawn(endpoint, reason: reason.clippedForLog), now, &decision)
        halt(endpoint, .removed)
        advance(now: now, &decision)
    }

    /// Takes back what a person or the engine has decided against it. A running job looks whether it can be reached, and
    /// goes on with one message.
    package mutating func restore(_ endpoint: EndpointIndex, now: Timestamp, _ decision: inout Decision) {
        let standing = state.endpoints[Int(endpoint)].standing
        guard !isOverForGood, standing.isDecidedByPerson || standing == .removed else { return }
        emit(.endpointRestored(endpoint), now, &decision)
        if let lane = lane(endpoint), lane.status == .removed || lane.status == .suspended {
            lanes[Int(endpoint)]?.status = .paused(until: now.milliseconds)
        }
        advance(now: now, &decision)
    }

    /// Sets limits in place of those set before.
    package mutating func limit(
        _ endpoint: EndpointIndex, _ limits: EndpointLimits, now: Timestamp, _ decision: inout Decision
    ) {
        guard !isOverForGood, state.endpoints[Int(endpoint)].limits != limits else { return }
        emit(.endpointLimited(endpoint, limits), now, &decision)
        if lane(endpoint) != nil {
            lanes[Int(endpoint)]?.limit(limits, now: now)
            catchUp(endpoint)
        }
        advance(now: now, &decision)
    }

    private var isOverForGood: Bool {
        state.phase == .completed || (state.phase == .aborted && !state.abortIsRecoverable)
    }

    private func lane(_ endpoint: EndpointIndex) -> EndpointLane? {
        Int(endpoint) < lanes.count ? lanes[Int(endpoint)] : nil
    }

    private mutating func halt(_ endpoint: EndpointIndex, _ status: EndpointLane.Status) {
        guard lane(endpoint) != nil else { return }
        lanes[Int(endpoint)]?.status = status
        // Failures of what was handed out before are no news any more.
        lanes[Int(endpoint)]?.generation &+= 1
    }
}
