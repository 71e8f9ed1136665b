import Testing

@testable import CampaignDomain

/// One planted violation each: it is found, under its law, at its event and recipient, and nothing else is.
@Suite struct LawAuditorTests {
    private static let begin: [Event] = [
        .jobCreated(sampleTerms()), .recipientsImported(total: 3, columns: ["email"]),
        .jobStarted(endpoints: ["a", "b"]),
    ]
    private static let due = Timestamp(milliseconds: 5_000)

    private func log(_ events: [Event], time: Int64 = 0) -> SampleLog {
        var log = SampleLog()
        log.startEngine()
        log.append(events, time: time)
        return log
    }

    /// `events` follow a healthy beginning of four events; the violation is expected at the last one.
    private func expect(
        _ law: LawViolation.Law, ordinal: Ordinal? = 0, _ events: [Event], time: Int64 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let found = log(Self.begin + events, time: time).audit()
        #expect(found.count == 1, "\(found)", sourceLocation: sourceLocation)
        #expect(found.first?.law == law, sourceLocation: sourceLocation)
        #expect(found.first?.ordinal == ordinal, sourceLocation: sourceLocation)
        #expect(found.first?.job == sampleJob, sourceLocation: sourceLocation)
        #expect(found.first?.sequence == UInt64(4 + events.count), sourceLocation: sourceLocation)
        #expect(found.first?.sentence.isEmpty == false, sourceLocation: sourceLocation)
    }

    private func claimed(_ ordinal: Ordinal = 0, _ endpoint: EndpointIndex = 0) -> Event {
        .recipient(ordinal, .claimed(endpoint))
    }

    private func sent(_ ordinal: Ordinal = 0, _ endpoint: EndpointIndex = 0) -> Event {
        .recipient(ordinal, .sent(endpoint, reply: "250"))
    }

    private func deferred(_ attempt: UInt32, due: Timestamp = due) -> Event {
        .recipient(0, .deferred(0, attempt: attempt, due: due, reply: "450"))
    }

    private let doubt = Event.recipient(0, .inDoubt(0, reason: "lost"))

    @Test("a healthy log of every turn that a job can take has no violation")
    func healthy() {
        var log = log(Self.begin)
        log.append([claimed(), deferred(1), claimed(1), claimed(2, 1)], time: 1_000)
        log.append([.recipient(1, .released(0, reason: "")), .endpointFailed(0, attempt: 1, retries: 3, reason: "")])
        log.append([.endpointPaused(0, until: Self.due), .jobPaused(reason: ""), sent(2, 1), .jobResumed])
        log.append([.endpointRemoved(0, reason: ""), .jobAborted(reason: "", recoverable: true)])
        log.append([.engineStopped(reason: "")], job: .journal)
        log.startEngine()
        log.append(
            [.journalAdopted(from: "x", to: "y"), .storeRecovered(reason: "", retries: 1, pausedMilliseconds: 1)],
            job: .journal)
        log.append([.jobStarted(endpoints: ["b", "a", "c"]), .endpointRestored(0)], time: 5_000)
        log.append([claimed(0, 0), doubt, .recipient(0, .inDoubtResolved(.resend, evidence: ""))], time: 5_000)
        log.append([
            claimed(0, 2), .recipient(0, .failed(2, .other, reply: "")),
            .recipient(1, .skipped(.suppressed, detail: "")),
        ])
        log.append([.jobCompleted(tally(sent: 1, failed: 1, skipped: 1))])
        #expect(log.audit() == [])
    }

    // MARK: Law 1, no skip

    @Test("Law 1: a completion that leaves recipients waiting is found")
    func skipped() {
        let found = log(Self.begin + [claimed(), sent(), .jobCompleted(tally(sent: 1))]).audit()
        #expect(found.map(\.law) == [.noSkip, .noSkip])
        #expect(
            found.map(\.sentence) == [
                "JobCompleted leaves 2 of 3 unsent", "JobCompleted counts 1 outcomes for 3 recipients",
            ])
    }

    @Test("Law 1: a completion that hides those who wait behind its counts is found")
    func hidden() {
        let found = log(Self.begin + [claimed(), sent(), .jobCompleted(tally(sent: 3))]).audit()
        #expect(found.map(\.law) == [.noSkip, .logDecides])
    }

    // MARK: Law 2, no second copy

    @Test("Law 2: a claim of someone who is claimed, sent or in doubt is found")
    func claimedAgain() {
        expect(.noSecondCopy, [claimed(), claimed()])
        expect(.noSecondCopy, [claimed(), sent(), claimed(0, 1)])
        expect(.noSecondCopy, [claimed(), doubt, claimed()])
        expect(
            .noSecondCopy, [claimed(), doubt, .recipient(0, .inDoubtResolved(.sent, evidence: "")), claimed()])
    }

    @Test("Law 2: a second copy is found at its claim and at its acceptance, in whatever epoch")
    func secondCopy() {
        var log = log(Self.begin + [claimed(), sent()])
        log.startEngine()
        log.append([.jobStarted(endpoints: ["a"]), claimed(), sent()])
        #expect(log.audit().map(\.law) == [.noSecondCopy, .noSecondCopy])
        #expect(log.audit().map(\.sequence) == [9, 10])
    }

    @Test("Law 2: a second acceptance of one claim is found")
    func secondAcceptance() {
        let found = log(Self.begin + [claimed(), sent(), sent()]).audit()
        #expect(found.map(\.law) == [.order, .noSecondCopy])
    }

    @Test("Law 2: a second copy that a person or the policy asked for is none")
    func asked() {
        let resend = Event.recipient(0, .inDoubtResolved(.resend, evidence: ""))
        #expect(
            log(Self.begin + [claimed(), doubt, resend, claimed(), doubt, resend, claimed(), sent()]).audit() == [])
    }

    // MARK: Law 3, no unnamed doubt

    @Test("Law 3: a completion that leaves a claim without outcome is found")
    func unnamedDoubt() {
        let skips: [Event] = [
            .recipient(1, .skipped(.duplicate, detail: "")), .recipient(2, .skipped(.duplicate, detail: "")),
        ]
        let found = log(Self.begin + skips + [claimed(), .jobCompleted(tally(skipped: 2))]).audit()
        #expect(found.map(\.law) == [.noUnnamedDoubt, .noSkip])
    }

    @Test("Law 3: a doubt resolved that there was not is found")
    func noDoubt() {
        expect(.noUnnamedDoubt, [.recipient(0, .inDoubtResolved(.sent, evidence: ""))])
        expect(.noUnnamedDoubt, [claimed(), sent(), .recipient(0, .inDoubtResolved(.resend, evidence: ""))])
    }

    @Test("Law 3: a doubt that is given back after completion opens the job again, one resolved to sent does not")
    func reopened() {
        let skips = (1..<3 as Range<Ordinal>).map { Event.recipient($0, .skipped(.duplicate, detail: "")) }
        let end = skips + [claimed(), doubt, .jobCompleted(tally(skipped: 2, inDoubt: 1))]
        let again: [Event] = [.jobStarted(endpoints: ["a", "b"]), claimed(), sent()]
        let open = end + [.recipient(0, .inDoubtResolved(.notSent, evidence: ""))] + again
        #expect(log(Self.begin + open + [.jobCompleted(tally(sent: 1, skipped: 2))]).audit() == [])
        let closed = end + [.recipient(0, .inDoubtResolved(.sent, evidence: "")), .jobStarted(endpoints: ["a", "b"])]
        expect(.order, ordinal: nil, closed)
    }

    // MARK: Law 4, the log decides

    @Test("Law 4: a completion that counts otherwise than the log is found")
    func otherCounts() {
        let all = [claimed(), sent(), claimed(1), sent(1), claimed(2), sent(2)]
        expect(.logDecides, ordinal: nil, all + [.jobCompleted(tally(sent: 2, failed: 1))])
    }

    @Test("Law 4: a frame that cannot be decoded is named by its sequence, and other jobs are still checked")
    func undecodable() {
        for damage in 0..<4 {
            var log = log(Self.begin)
            log.append([claimed(), sent()])
            switch damage {
            case 0: log.frames[2].payload[0] = 0x7F
            case 1: log.frames[2].payload.removeLast()
            case 2: log.frames[2].payload.append(0)
            default:
                log.frames[2].payload = [EventKind.recipientSkipped.rawValue, 0, 99, 0, 0]
                log.frames[2].context.count = 1
                log.nextSequence -= 1
            }
            log.append([sent()])
            log.append(
                [.jobCreated(sampleTerms()), .recipientsImported(total: 1, columns: []), claimed()], job: JobID(2))
            let found = log.audit()
            #expect(found.count == 3, "\(found)")
            #expect(found.first?.law == .logDecides)
            #expect(found.first?.sequence == 5)
            #expect(found.dropFirst().allSatisfy { $0.job == JobID(2) && $0.law == .order })
        }
    }

    @Test("Law 4: a missing, repeated or reordered frame is found")
    func sequences() {
        var log = log(Self.begin)
        for ordinal: Ordinal in 0..<3 { log.append([claimed(ordinal), sent(ordinal)]) }
        #expect(log.audit() == [])
        var cut = log
        cut.frames.remove(at: 3)
        #expect(cut.audit().map(\.sequence) == [9])
        #expect(cut.audit().map(\.law) == [.logDecides])
        var twice = log
        twice.frames.append(log.frames[4])
        #expect(twice.audit().first?.sequence == 9)
        var swapped = log
        swapped.frames.swapAt(3, 4)
        #expect(swapped.audit().map(\.sequence) == [9, 7])
        var beheaded = log
        beheaded.frames.removeFirst()
        #expect(beheaded.audit().map(\.law) == [.logDecides, .order])
    }

    // MARK: Order

    @Test("an outcome without a claim, or of another endpoint than the claim's, is found")
    func outcomes() {
        let outcomes: [RecipientChange] = [
            .sent(0, reply: ""), .failed(0, .other, reply: ""), .deferred(0, attempt: 1, due: Self.due, reply: ""),
            .released(0, reason: ""), .inDoubt(0, reason: ""),
        ]
        for outcome in outcomes {
            expect(.order, [.recipient(0, outcome)])
            expect(.order, [claimed(0, 1), .recipient(0, outcome)])
            #expect(log(Self.begin + [claimed(), .recipient(0, outcome)]).audit() == [])
        }
    }

    @Test("a claim of someone who failed or was skipped is found")
    func settled() {
        expect(.order, [claimed(), .recipient(0, .failed(0, .other, reply: "")), claimed()])
        expect(.order, [.recipient(0, .skipped(.suppressed, detail: "")), claimed()])
        expect(.order, [claimed(), .recipient(0, .skipped(.suppressed, detail: ""))])
    }

    @Test("attempts that do not increase are found")
    func attempts() {
        expect(.order, [claimed(), deferred(0)], time: 5_000)
        expect(.order, [claimed(), deferred(1), claimed(), deferred(1)], time: 5_000)
        expect(.order, [claimed(), deferred(2), claimed(), deferred(1)], time: 5_000)
        #expect(log(Self.begin + [claimed(), deferred(1), claimed(), deferred(2)], time: 5_000).audit() == [])
    }

    @Test("R28: a claim before its due time is found, one at its due time is fine")
    func early() {
        expect(.order, [claimed(), deferred(1), claimed()], time: 4_999)
        #expect(log(Self.begin + [claimed(), deferred(1), claimed()], time: 5_000).audit() == [])
        let never = Timestamp(milliseconds: .max)
        expect(.order, [claimed(), deferred(1, due: never), claimed()], time: .min)
    }

    @Test("a claim before the start, while paused, after an abort or after completion is found")
    func stages() {
        let created = Array(Self.begin.dropLast())
        let early = log(created + [claimed()]).audit()
        #expect(early.count == 2)
        #expect(early.allSatisfy { $0.law == .order && $0.ordinal == 0 && $0.sequence == 4 })
        expect(.order, [.jobPaused(reason: ""), claimed()])
        expect(.order, [.jobAborted(reason: "", recoverable: true), claimed()])
        expect(.order, [.jobAborted(reason: "", recoverable: false), claimed()])
        let skips = (0..<3 as Range<Ordinal>).map { Event.recipient($0, .skipped(.duplicate, detail: "")) }
        let afterEnd = log(Self.begin + skips + [.jobCompleted(tally(skipped: 3)), claimed()]).audit()
        #expect(afterEnd.map(\.law) == [.order, .order])
        // Outcomes may come at any time.
        for stop: Event in [.jobPaused(reason: ""), .jobAborted(reason: "", recoverable: false)] {
            #expect(log(Self.begin + [claimed(), stop, sent()]).audit() == [])
        }
    }

    @Test("a job's events out of place are found")
    func jobEvents() {
        expect(.order, ordinal: nil, [.jobCreated(sampleTerms())])
        expect(.order, ordinal: nil, [.recipientsImported(total: 1, columns: [])])
        expect(.order, ordinal: nil, [.jobResumed])
        expect(.order, ordinal: nil, [.jobPaused(reason: ""), .jobPaused(reason: "")])
        expect(.order, ordinal: nil, [.jobPaused(reason: ""), .jobStarted(endpoints: ["a", "b"])])
        let end = Event.jobAborted(reason: "", recoverable: false)
        expect(.order, ordinal: nil, [end, end])
        expect(.order, ordinal: nil, [end, .jobStarted(endpoints: ["a", "b"])])
        expect(.order, ordinal: nil, [.engineStopped(reason: "")].dropLast() + [.endpointRecovered(9)])
        expect(.order, ordinal: 99, [claimed(99)])
        expect(.order, [claimed(0, 9)])
        #expect(log([.jobCreated(sampleTerms()), .jobStarted(endpoints: [])]).audit().map(\.law) == [.order])
        #expect(log([.jobCreated(sampleTerms()), claimed()]).audit().map(\.law) == [.order])
        #expect(log([.jobResumed]).audit().map(\.law) == [.order, .order])
        let huge = Event.recipientsImported(total: .max, columns: [])
        #expect(log([.jobCreated(sampleTerms()), huge]).audit().map(\.law) == [.logDecides])
    }

    @Test("R8: a claim by a removed endpoint is found until it is restored")
    func removedEndpoint() {
        expect(.order, [.endpointRemoved(0, reason: ""), claimed()])
        expect(.order, [.jobStarted(endpoints: ["b"]), claimed()])
        #expect(log(Self.begin + [.endpointRemoved(0, reason: ""), .endpointRestored(0), claimed()]).audit() == [])
    }

    @Test("the journal's events among a job's, and a job's among the journal's, are found")
    func strays() {
        expect(.order, ordinal: nil, [.engineStopped(reason: "")])
        var log = log(Self.begin)
        log.append([.jobResumed, claimed(), .engineStopped(reason: "")], job: .journal)
        #expect(log.audit().map(\.law) == [.order, .order])
        #expect(log.audit().map(\.sequence) == [5, 6])
        #expect(log.audit().allSatisfy { $0.job == .journal })
    }

    // MARK: Epochs

    @Test("epochs that go back, begin without EngineStarted, or begin twice are found")
    func epochs() {
        var back = log(Self.begin)
        back.startEngine()
        back.epoch = 1
        back.append([claimed()])
        #expect(back.audit().map(\.sequence) == [6])

        var silent = log(Self.begin)
        silent.epoch = 2
        silent.append([claimed()])
        #expect(silent.audit().map(\.sequence) == [5])

        var other = log(Self.begin)
        other.epoch = 3
        other.append([.engineStarted(sampleEngineStart(epoch: 2))], job: .journal)
        #expect(other.audit().map(\.sentence) == ["EngineStarted of epoch 2 stands in epoch 3"])

        var twice = log(Self.begin)
        twice.append([.engineStarted(sampleEngineStart(epoch: 1))], job: .journal)
        #expect(twice.audit().map(\.sequence) == [5])

        var late = log(Self.begin)
        late.epoch = 2
        late.append([.engineStopped(reason: ""), .engineStarted(sampleEngineStart(epoch: 2))], job: .journal)
        #expect(late.audit().map(\.law) == [.order, .order])
        for log in [back, silent, other, twice, late] {
            #expect(log.audit().allSatisfy { $0.law == .order && $0.job == .journal })
        }
    }

    // MARK: Bounds

    @Test("jobs are told apart")
    func twoJobs() {
        var log = log(Self.begin)
        log.append(Self.begin, job: JobID(7))
        log.append([claimed(), sent()])
        log.append([claimed(), sent()], job: JobID(7))
        #expect(log.audit() == [])
        log.append([claimed()], job: JobID(7))
        #expect(log.audit().map(\.job) == [JobID(7)])
    }

    @Test("any number of violations is counted, the first hundred are kept, and memory stays at two bytes a recipient")
    func bounds() {
        var log = log(Self.begin)
        for _ in 0..<50 { log.append((0..<10).map { _ in sent(2) }) }
        var auditor = LawAuditor()
        for frame in log.frames { auditor.frame(frame.payload, frame.context) }
        #expect(auditor.finish().count == 100)
        // The first has no claim; each further one is a second copy as well.
        #expect(auditor.violationCount == 999)
        #expect(MemoryLayout<RecipientAudit>.stride == 2)
    }
}
