import Testing

@testable import CampaignDomain

@Suite struct CongestionWindowTests {
    @Test("without slow start all connections are open from the beginning, whatever happens")
    func off() {
        var window = CongestionWindow(connections: 8, initial: nil)
        #expect(window.connections == 8)
        window.complained(inFlight: 8)
        #expect(window.connections == 8)
    }

    @Test("it doubles with every round of answers, up to what is configured")
    func doubles() {
        var window = CongestionWindow(connections: 20, initial: 2)
        var sizes: [Int] = []
        for _ in 0..<5 {
            sizes.append(window.connections)
            for _ in 0..<window.connections { window.answered() }
        }
        #expect(sizes == [2, 4, 8, 16, 20])
    }

    @Test("a complaint halves it, once for a round; from then on it grows by one a round")
    func halves() {
        var window = CongestionWindow(connections: 64, initial: 64)
        for _ in 0..<5 { window.complained(inFlight: 4) }
        #expect(window.connections == 32)
        window.complained(inFlight: 0)
        #expect(window.connections == 16)
        for _ in 0..<17 { window.answered() }
        #expect(window.connections == 17)
    }

    @Test("it never closes")
    func floor() {
        var window = CongestionWindow(connections: 3, initial: 1)
        for _ in 0..<10 { window.complained(inFlight: 0) }
        #expect(window.connections == 1)
    }
}
