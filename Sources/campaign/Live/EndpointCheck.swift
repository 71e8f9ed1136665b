import CampaignDomain
import CampaignEngine

/// Asks endpoints whether they can be reached, all at once and for a bounded time.
enum EndpointCheck {
    /// An endpoint that has not answered by then counts as unreachable.
    static let patience: Duration = .seconds(30)

    /// One fault or nil for each endpoint, in order.
    static func faults(of endpoints: [any Endpoint], patience: Duration = patience) async -> [EndpointFault?] {
        await withTaskGroup(of: (Int, EndpointFault?).self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, await fault(of: endpoint, patience)) }
            }
            var faults = [EndpointFault?](repeating: nil, count: endpoints.count)
            for await (index, fault) in group { faults[index] = fault }
            return faults
        }
    }

    /// The first of the endpoint's answer and the end of our patience. An endpoint cannot be made to stop asking, so
    /// its task is left behind rather than waited for.
    private static func fault(of endpoint: any Endpoint, _ patience: Duration) async -> EndpointFault? {
        let (answers, answer) = AsyncStream.makeStream(of: EndpointFault?.self, bufferingPolicy: .bufferingOldest(1))
        Task {
            answer.yield(await endpoint.check())
            answer.finish()
        }
        let timer = Task {
            try await Task.sleep(for: patience)
            answer.yield(EndpointFault(.unavailable, "no answer within \(patience.milliseconds / 1000) s"))
            answer.finish()
        }
        defer { timer.cancel() }
        for await fault in answers { return fault }
        return EndpointFault(.unavailable, "no answer")
    }
}
