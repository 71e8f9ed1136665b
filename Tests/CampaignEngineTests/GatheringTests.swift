import Testing

@testable import CampaignEngine

/// How large a group the log thread wants, and how long it waits for it.
@Suite struct GatheringTests {
    @Test func aGroupIsAQuarterOfWhatIsInHandAndWaitsForOneCommitsTime() {
        #expect(
            Gathering(inFlight: 128, claimsAhead: 1, commitTime: .microseconds(250))
                == Gathering(enough: 32, patience: .microseconds(250)))
        #expect(Gathering(inFlight: 128, claimsAhead: 1, commitTime: .zero)?.patience == .zero)
    }

    @Test func whereLanesHaveClaimsToGoOnWithItIsHalfAndWaitsForSeveral() {
        let four = Gathering(inFlight: 320, claimsAhead: 4, commitTime: .microseconds(250))
        #expect(four == Gathering(enough: 160, patience: .milliseconds(1)))
        let two = Gathering(inFlight: 320, claimsAhead: 2, commitTime: .microseconds(250))
        #expect(two?.patience == .microseconds(500))
        let eight = Gathering(inFlight: 320, claimsAhead: 8, commitTime: .microseconds(250))
        #expect(eight?.patience == four?.patience)
    }

    @Test func thereCommitsAreNotManyAndSmallHoweverFastTheDiskIs() {
        #expect(
            Gathering(inFlight: 320, claimsAhead: 4, commitTime: .microseconds(1))?.patience == .microseconds(300))
    }

    @Test(arguments: [1, 2, 8]) func aSlowDiskDoesNotMakeAnyoneWaitForLong(claimsAhead: Int) {
        let slow = Gathering(inFlight: 320, claimsAhead: claimsAhead, commitTime: .seconds(3))
        #expect(slow?.patience == .milliseconds(2))
    }

    @Test func whereNothingElseIsInHandNobodyWaits() {
        for inFlight in 0...7 {
            #expect(Gathering(inFlight: inFlight, claimsAhead: 1, commitTime: .milliseconds(1)) == nil)
        }
        #expect(Gathering(inFlight: 3, claimsAhead: 4, commitTime: .milliseconds(1)) == nil)
    }
}
