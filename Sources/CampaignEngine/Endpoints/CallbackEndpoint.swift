package import CampaignDomain

/// An endpoint that answers through callbacks where ``Endpoint`` has `async` functions: nothing then happens but on the
/// threads of the endpoint's own. Each callback is called once, from any thread.
package protocol CallbackEndpoint: Endpoint {
    func check(_ answer: @escaping @Sendable (EndpointFault?) -> Void)
    func probe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void)
    func close(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void)
}

extension CallbackEndpoint {
    package func check() async -> EndpointFault? {
        await withCheckedContinuation { continuation in check { continuation.resume(returning: $0) } }
    }

    package func probe(_ claims: [Delivery]) async -> [ProbeVerdict] {
        await withCheckedContinuation { continuation in probe(claims) { continuation.resume(returning: $0) } }
    }

    package func close(deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in close(deadline: deadline) { continuation.resume() } }
    }
}

extension Endpoint {
    func beginCheck(_ answer: @escaping @Sendable (EndpointFault?) -> Void) {
        if let endpoint = self as? any CallbackEndpoint { return endpoint.check(answer) }
        Task { answer(await check()) }
    }

    func beginProbe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void) {
        if let endpoint = self as? any CallbackEndpoint { return endpoint.probe(claims, answer) }
        Task { answer(await probe(claims)) }
    }

    func beginClosing(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void) {
        if let endpoint = self as? any CallbackEndpoint { return endpoint.close(deadline: deadline, done) }
        Task {
            await close(deadline: deadline)
            done()
        }
    }
}
