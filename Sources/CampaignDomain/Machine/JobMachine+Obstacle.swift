extension JobMachine {
    /// Why a run through these endpoints cannot begin, as a sentence's end; nil when it can. To be asked before
    /// ``start(_:now:_:)``, which takes for granted that there is none.
    package func obstacle(to setups: [EndpointSetup]) -> String? {
        guard state.isImported else { return "its recipients were never imported" }
        let known = state.endpoints.map { EndpointState.identity($0.name) }
        let new = Set(setups.map { EndpointState.identity($0.name) }).subtracting(known)
        guard known.count + new.count <= endpointsMax else {
            return "it would have used \(known.count + new.count) endpoints in all; a job can use \(endpointsMax)"
        }
        return nil
    }
}
