import Testing

@testable import CampaignDomain

/// What a run must be asked before it begins: the machine takes for granted that nothing stands in its way.
@Suite struct ObstacleTests {
    private func setups(_ names: some Sequence<Int>) -> [EndpointSetup] {
        names.map { EndpointSetup(name: "dir:\($0)", capacity: 1) }
    }

    @Test("a job can use 255 endpoints over its whole life, and no more")
    func endpoints() throws {
        var bench = try MachineBench(1)
        #expect(bench.machine.obstacle(to: setups(0..<256)) != nil)
        #expect(bench.machine.obstacle(to: setups(0..<255)) == nil)
        bench.start(setups(0..<200))
        try bench.crash()
        #expect(bench.machine.obstacle(to: setups(200..<256)) != nil)
        #expect(bench.machine.obstacle(to: setups(100..<255)) == nil)
        bench.start(setups(100..<255))
        #expect(bench.state.endpoints.count == 255)
    }

    @Test("options do not make another endpoint of a known one")
    func options() throws {
        var bench = try MachineBench(1)
        bench.start(setups(0..<255))
        try bench.crash()
        #expect(bench.machine.obstacle(to: [EndpointSetup(name: "dir:7?sync=off", capacity: 1)]) == nil)
    }

    @Test("a job whose list never came in cannot run")
    func notImported() throws {
        var log = SampleLog()
        log.append([.jobCreated(sampleTerms())])
        #expect(JobMachine(try log.fold()).obstacle(to: setups(0..<1)) != nil)
    }
}
