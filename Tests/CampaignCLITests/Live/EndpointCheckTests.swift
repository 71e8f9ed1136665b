import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import Testing

@testable import campaign

@Suite struct EndpointCheckTests {
    /// Answers its check as it is told to.
    private struct Probe: Endpoint {
        enum Answer { case well, fault, never }

        var name: String
        var answer: Answer
        var capacity: Int { 1 }

        func attach(_ reporter: EndpointReporter) {}
        func deliver(_ batch: [Delivery]) {}

        func check() async -> EndpointFault? {
            switch answer {
            case .well: return nil
            case .fault: return EndpointFault(.unavailable, "refused")
            case .never:
                try? await Task.sleep(for: .seconds(3600))
                return nil
            }
        }
    }

    @Test("each endpoint has its own answer, in order") func answers() async {
        let endpoints = [Probe(name: "a", answer: .fault), Probe(name: "b", answer: .well)]
        let answers = await EndpointCheck.inspections(of: endpoints)
        #expect(answers.map { $0.fault?.reason } == ["refused", nil])
    }

    @Test("an endpoint that never answers does not hold up the check") func never() async {
        let endpoints = [Probe(name: "a", answer: .never), Probe(name: "b", answer: .well)]
        let answers = await EndpointCheck.inspections(of: endpoints, patience: .milliseconds(1))
        #expect(answers[0].fault?.reason.contains("no answer within") == true)
    }
}
