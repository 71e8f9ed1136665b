import CampaignDomain

/// The small worlds that are searched by rule.
extension SmallWorldConfiguration {
    /// Those that close within seconds, also in a debug build.
    package static let quick: [SmallWorldConfiguration] = [
        one, oneResent, oneAsked,
        named("one over two endpoints, few faults") {
            $0.endpoints = mixed(lanes: 1)
            $0.crashesMax = 2
            $0.faultsMax = 3
        },
        named("two over two endpoints, one crash, one fault, one request") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 2)
            $0.controls = anything
            $0.crashesMax = 1
            $0.faultsMax = 1
            $0.controlsMax = 1
        },
    ]

    /// All of them: minutes in a release build.
    package static let catalogue: [SmallWorldConfiguration] = [
        one, oneResent, oneAsked,
        named("two, flight records, and probes that tell now and then, asked again") {
            $0.recipients = 2
            $0.endpoints = [asked(), SmallWorldEndpoint(name: "mx2")]
            $0.controls = [.stop, .resolve]
            $0.controlsMax = 1
            $0.faultsMax = 3
            $0.hasFlightRecord = true
        },
        named("two, anything may happen") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 1)
            $0.controls = anything
            $0.controlsMax = nil
        },
        named("two, two lanes each") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 2)
        },
        named("two, resent, runs that hold, probes that tell now and then") {
            $0.recipients = 2
            $0.endpoints = [SmallWorldEndpoint(probe: .sometimes), .directory()]
            $0.inDoubt = .resend
            $0.runPolicies = [nil, .hold]
        },
        named("two, runs with one endpoint or both") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 1)
            $0.runEndpoints = [[0, 1], [0], [1]]
        },
        named("two, two reports in one turn") {
            $0.recipients = 2
            $0.endpoints = [SmallWorldEndpoint(capacity: 2)]
            $0.controls = anything
            $0.controlsMax = nil
            $0.reportsPerTurn = 2
        },
        named("one, through a server that is asked before it is claimed") {
            $0.endpoints = [SmallWorldEndpoint(preparesBeforeClaim: true)]
            $0.controls = anything
            $0.controlsMax = nil
        },
        named("two, one server asked before the claim, one not") {
            $0.recipients = 2
            $0.endpoints = [
                SmallWorldEndpoint(name: "mx1", capacity: 2, preparesBeforeClaim: true),
                SmallWorldEndpoint(name: "mx2"),
            ]
            $0.controls = [.pause, .stop]
            $0.controlsMax = 1
            $0.faultsMax = 3
        },
        named("two, due at different times, idle turns") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 1)
            $0.retryDelayMilliseconds = 2
            for index in $0.endpoints.indices { $0.endpoints[index].pauseMilliseconds = 3 }
            $0.hasIdleTurns = true
        },
        named("two, at a rate") {
            $0.recipients = 2
            $0.endpoints = mixed(lanes: 1)
            $0.ratePerHour = 3_600_000
        },
        named("three, two lanes each, 2 crashes, 3 faults, 1 request") {
            $0.recipients = 3
            $0.endpoints = mixed(lanes: 2)
            $0.controls = anything
            $0.crashesMax = 2
            $0.faultsMax = 3
            $0.controlsMax = 1
        },
    ]

    /// One recipient, one lane, and no bound on anything.
    package static let one = named("one, anything may happen") {
        $0.controls = anything
        $0.controlsMax = nil
    }

    private static let oneResent = named("one, resent, anything may happen") {
        $0.endpoints = [SmallWorldEndpoint(probe: .sometimes)]
        $0.inDoubt = .resend
        $0.attempts = 3
        $0.runPolicies = [nil, .hold]
        $0.answers = DeliveryAnswer.allFaults + [.notRendered]
        $0.controls = anything
        $0.controlsMax = nil
    }

    private static let oneAsked = named("one, flight records, asked again, anything may happen") {
        $0.endpoints = [asked()]
        $0.hasFlightRecord = true
        $0.controls = anything
        $0.controlsMax = nil
    }

    private static func asked() -> SmallWorldEndpoint {
        var endpoint = SmallWorldEndpoint(probe: .sometimes)
        endpoint.probesAgain = 2
        return endpoint
    }

    private static let anything: Set<SmallWorldControl> = [.pause, .stop, .abort, .resolve]

    /// One endpoint like SMTP, and one that prepares before it claims.
    private static func mixed(lanes: Int) -> [SmallWorldEndpoint] {
        [SmallWorldEndpoint(capacity: lanes), .directory(capacity: lanes)]
    }

    private static func named(
        _ name: String, _ change: (inout SmallWorldConfiguration) -> Void
    ) -> SmallWorldConfiguration {
        var configuration = SmallWorldConfiguration(name: name)
        change(&configuration)
        return configuration
    }
}
