import Testing

@testable import CampaignDomain

@Suite struct JobFoldTests {
    private static let created: [Event] = [
        .jobCreated(sampleTerms()), .recipientsImported(total: 2, columns: ["email"]),
    ]
    private static let running = created + [.jobStarted(endpoints: ["a"])]
    private static let allSent: [Event] = [
        .recipient(0, .claimed(0)), .recipient(1, .claimed(0)), .recipient(0, .sent(0, reply: "250")),
        .recipient(1, .sent(0, reply: "250")),
    ]
    private static let completed = running + allSent + [.jobCompleted(tally(sent: 2))]
    private static let aborted = running + [.jobAborted(reason: "r", recoverable: true)]
    private static let abortedForGood = running + [.jobAborted(reason: "r", recoverable: false)]

    private func state(_ events: [Event], time: Int64 = 1_000) throws -> JobState {
        var log = SampleLog()
        log.append(events, time: time)
        return try log.fold()
    }

    private func expectRefused(
        _ event: Event, after events: [Event], sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        var state = try state(events)
        let before = state
        #expect(throws: FoldError.self, sourceLocation: sourceLocation) {
            try state.evolve(event, time: Timestamp(milliseconds: 5), at: 99)
        }
        #expect(state == before, "a refused event left a trace", sourceLocation: sourceLocation)
    }

    @Test("a job goes from created to completed, and says when")
    func life() throws {
        var log = SampleLog()
        log.append(Self.created, time: 1_000)
        #expect(try log.fold().phase == .created)
        #expect(try log.fold().tally == tally(pending: 2))
        log.append([.jobStarted(endpoints: ["a"])], time: 2_000)
        #expect(try log.fold().phase == .running)
        log.append([.jobPaused(reason: "lunch")], time: 2_500)
        #expect(try log.fold().phase == .paused)
        #expect(try log.fold().pauseReason == "lunch")
        log.append([.jobResumed], time: 2_600)
        #expect(try log.fold().pauseReason == nil)
        log.append(Self.allSent, time: 3_000)
        log.append([.jobCompleted(tally(sent: 2))], time: 4_000)
        let state = try log.fold()
        #expect(state.phase == .completed)
        #expect(state.createdAt.milliseconds == 1_000)
        #expect(state.startedAt?.milliseconds == 2_000)
        #expect(state.finishedAt?.milliseconds == 4_000)
        #expect(state.endpoints[0].sent == 2)
        #expect(state.columns == ["email"])
        #expect(state.sequence == 10)
    }

    @Test("Law 1: JobCompleted is refused while anyone is open, and unless its counts are the log's")
    func conservation() throws {
        let done: [[Event]] = [
            [], [.recipient(0, .claimed(0))], [.recipient(0, .claimed(0)), .recipient(0, .sent(0, reply: ""))],
            [
                .recipient(0, .skipped(.duplicate, detail: "")), .recipient(1, .claimed(0)),
                .recipient(1, .deferred(0, attempt: 1, due: Timestamp(milliseconds: 0), reply: "")),
            ],
        ]
        for events in done {
            let tally = try state(Self.running + events).tally
            try expectRefused(.jobCompleted(tally), after: Self.running + events)
        }
        for wrong in [tally(sent: 1, failed: 1), tally(sent: 1), tally(sent: 3), tally(sent: 2, skipped: .max)] {
            try expectRefused(.jobCompleted(wrong), after: Self.running + Self.allSent)
        }
        let mixed: [Event] = [
            .recipient(0, .skipped(.suppressed, detail: "")), .recipient(1, .claimed(0)),
            .recipient(1, .inDoubt(0, reason: "")), .jobCompleted(tally(skipped: 1, inDoubt: 1)),
        ]
        #expect(try state(Self.running + mixed).phase == .completed)
    }

    @Test("what a job's phase forbids is refused and changes nothing")
    func forbidden() throws {
        let start = Event.jobStarted(endpoints: ["b"])
        let import2 = Event.recipientsImported(total: 2, columns: [])
        try expectRefused(import2, after: Self.created)
        try expectRefused(.recipientsImported(total: recipientsMax + 1, columns: []), after: [Self.created[0]])
        try expectRefused(start, after: [Self.created[0]])
        try expectRefused(start, after: Self.running + [.jobPaused(reason: "")])
        try expectRefused(start, after: Self.abortedForGood)
        try expectRefused(start, after: Self.completed)
        for events in [Self.completed, Self.aborted, Self.running + [.jobPaused(reason: "")]] {
            try expectRefused(.jobPaused(reason: ""), after: events)
        }
        for events in [Self.created, Self.running, Self.completed, Self.aborted] {
            try expectRefused(.jobResumed, after: events)
        }
        try expectRefused(.jobAborted(reason: "", recoverable: true), after: Self.completed)
        for events in [Self.created, Self.aborted, Self.running + [.jobPaused(reason: "")], Self.completed] {
            try expectRefused(.jobCompleted(tally(sent: 2)), after: events)
        }
        for event in everyKindOfEvent {
            switch event.kind {
            case .engineStarted, .engineStopped, .journalAdopted, .storeRecovered, .jobCreated, .endpointFailed,
                .endpointPaused, .endpointRecovered, .endpointRemoved, .endpointRestored, .endpointSuspended,
                .endpointWithdrawn, .endpointLimited:
                // The journal's own, a second creation, or endpoint 1 of one.
                try expectRefused(event, after: Self.running)
            default: break
            }
        }
    }

    @Test("a start with more endpoints than a job can have is refused whole")
    func tooManyEndpoints() throws {
        try expectRefused(.jobStarted(endpoints: (0...endpointsMax).map(String.init)), after: Self.running)
        let most = Event.jobStarted(endpoints: (0..<endpointsMax).map(String.init))
        #expect(try state(Self.created + [most]).endpoints.count == endpointsMax)
    }

    @Test("R8: an endpoint's trouble is state: attempts, last error, standing")
    func endpoints() throws {
        let until = Timestamp(milliseconds: 9_000)
        let failed =
            Self.running + [
                .endpointFailed(0, attempt: 1, retries: 2, reason: "refused"), .endpointPaused(0, until: until),
            ]
        var endpoint = try state(failed).endpoints[0]
        #expect(endpoint.standing == .paused(until: until))
        #expect(endpoint.attempt == 1)
        #expect(endpoint.lastError == "refused")
        endpoint = try state(failed + [.endpointRecovered(0)]).endpoints[0]
        #expect(endpoint.standing == .active)
        #expect(endpoint.attempt == 0)
        #expect(endpoint.failures == 1)
        let removed = failed + [.endpointRemoved(0, reason: "refused"), .jobAborted(reason: "r", recoverable: true)]
        #expect(try state(removed).endpoints[0].standing == .removed)
        let again = removed + [.jobStarted(endpoints: ["b", "a"])]
        #expect(try state(again).endpoints.map(\.name) == ["a", "b"])
        #expect(try state(again).endpoints.map(\.standing) == [.removed, .active])
        #expect(try state(again + [.endpointRestored(0)]).endpoints[0].standing == .active)
    }

    @Test("R4: an aborted job reads as id, name, reason, start, finish, M of N and errors")
    func abortReport() throws {
        var log = SampleLog()
        log.append(Self.running, time: 1_000)
        log.append(
            [
                .recipient(0, .claimed(0)), .recipient(0, .failed(0, .unknownAddress, reply: "550 5.1.1")),
                .jobAborted(reason: "wrong text", recoverable: false),
            ], time: 7_000)
        let state = try log.fold()
        #expect(state.id == sampleJob)
        #expect(state.terms.name == "Spring sale")
        #expect(state.abortReason == "wrong text")
        #expect(!state.abortIsRecoverable)
        #expect(state.startedAt?.milliseconds == 1_000)
        #expect(state.finishedAt?.milliseconds == 7_000)
        #expect(state.tally.settled == 1)
        #expect(state.tally.total == 2)
        #expect(state.tally.failed == 1)
    }

    @Test("R19: the resume point is right though mail goes out in any order")
    func anyOrder() throws {
        var events = Self.created
        events[1] = .recipientsImported(total: 6, columns: [])
        events += [.jobStarted(endpoints: ["a"])]
        for ordinal: Ordinal in [5, 0, 3] { events.append(.recipient(ordinal, .claimed(0))) }
        for ordinal: Ordinal in [3, 5] { events.append(.recipient(ordinal, .sent(0, reply: ""))) }
        let state = try state(events)
        #expect(state.ordinals(in: .sent) == [3, 5])
        #expect(state.ordinals(in: .pending) == [1, 2, 4])
        #expect(state.ordinals(in: .claimed) == [0])
    }

    @Test("work that a person gives back makes a completed job run again")
    func reopened() throws {
        let doubt: [Event] = [
            .recipient(0, .skipped(.suppressed, detail: "")), .recipient(1, .claimed(0)),
            .recipient(1, .inDoubt(0, reason: "")), .jobCompleted(tally(skipped: 1, inDoubt: 1)),
        ]
        let sent = try state(Self.running + doubt + [.recipient(1, .inDoubtResolved(.sent, evidence: ""))])
        #expect(sent.phase == .completed)
        let open = try state(Self.running + doubt + [.recipient(1, .inDoubtResolved(.notSent, evidence: ""))])
        #expect(open.phase == .running)
        #expect(open.finishedAt == nil)
    }

    @Test("a log that does not begin with JobCreated, or holds an event out of place, names the event")
    func badLogs() throws {
        var log = SampleLog()
        log.append([.jobResumed])
        #expect(throws: FoldFailure.self) { try log.fold() }
        log = SampleLog()
        log.append(Self.running)
        log.append([.recipient(0, .sent(0, reply: ""))])
        #expect {
            try log.fold()
        } throws: {
            $0 as? FoldFailure == .fold(FoldError("RecipientSent for recipient 0, which is pending", at: 4))
        }
    }

    @Test("Law 4: folding the same log twice gives the same bytes")
    func same() throws {
        let first = try state(Self.completed)
        let second = try state(Self.completed)
        #expect(first == second)
        #expect(first.encoded() == second.encoded())
    }

    @Test("a look into the middle of a commit folds so many of its events and no more")
    func countFolded() throws {
        var log = SampleLog()
        log.append(Self.running)
        log.append(Self.allSent)
        let counts: [UInt32] = [0, 1, 3, 4, 99]
        let sent = try counts.map { count in
            var part = log
            part.frames[1].context.countFolded = count
            return try part.fold().tally
        }
        let half = tally(claimed: 1, sent: 1)
        #expect(sent == [tally(pending: 2), tally(pending: 1, claimed: 1), half, tally(sent: 2), tally(sent: 2)])
        var first = log
        first.frames = [log.frames[0]]
        first.frames[0].context.countFolded = 1
        #expect(try first.fold().phase == .created)
    }

    @Test("a run's endpoints are kept by their index, in the run's order")
    func runEndpoints() throws {
        let again = Self.aborted + [.jobStarted(endpoints: ["b", "a"])]
        #expect(try state(Self.running).runEndpoints == [0])
        #expect(try state(again).runEndpoints == [1, 0])
        let read = try JobState(encoded: try state(again).encoded())
        #expect(read.runEndpoints == [1, 0])
    }
}
