import CampaignDomain
import CampaignEndpoints
import CampaignEngine

/// Asks endpoints whether they can be used, and servers what they are, all at once and for a bounded time.
enum EndpointCheck {
    /// An endpoint that has not answered by then counts as unreachable.
    static let patience: Duration = .seconds(30)

    /// One answer for each endpoint, in order.
    static func inspections(
        of endpoints: [any Endpoint], patience: Duration = patience
    ) async -> [ServerInspection] {
        await withTaskGroup(of: (Int, ServerInspection).self) { group in
            for (index, endpoint) in endpoints.enumerated() {
                group.addTask { (index, await inspection(of: endpoint, patience)) }
            }
            var inspections = [ServerInspection](repeating: ServerInspection(), count: endpoints.count)
            for await (index, inspection) in group { inspections[index] = inspection }
            return inspections
        }
    }

    /// The first of the endpoint's answer and the end of our patience. An endpoint cannot be made to stop asking, so
    /// its task is left behind rather than waited for.
    private static func inspection(of endpoint: any Endpoint, _ patience: Duration) async -> ServerInspection {
        let (answers, answer) = AsyncStream.makeStream(of: ServerInspection.self, bufferingPolicy: .bufferingOldest(1))
        Task {
            if let server = endpoint as? SMTPEndpoint {
                answer.yield(await server.inspect())
            } else {
                answer.yield(ServerInspection(fault: await endpoint.check()))
            }
            answer.finish()
        }
        let timer = Task {
            try await Task.sleep(for: patience)
            let fault = EndpointFault(.unavailable, "no answer within \(patience.milliseconds / 1000) s")
            answer.yield(ServerInspection(fault: fault))
            answer.finish()
        }
        defer { timer.cancel() }
        for await inspection in answers { return inspection }
        return ServerInspection(fault: EndpointFault(.unavailable, "no answer"))
    }
}
