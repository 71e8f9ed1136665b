@testable import CampaignDomain

extension SplitMix64 {
    mutating func text() -> String {
        let pieces = ["250 2.0.0 ok ", "queued as ", "ä", "🙂", "\u{0}", "\r\n", "x", "550 5.1.1 ", ""]
        return (0..<below(6)).map { _ in pieces[below(pieces.count)] }.joined() + (chance(30) ? String(next()) : "")
    }

    mutating func anyNumber() -> UInt32 { UInt32(truncatingIfNeeded: next() >> UInt64(32 + below(32))) }

    mutating func anyTime() -> Timestamp {
        Timestamp(milliseconds: chance(10) ? Int64(bitPattern: next()) : 1_700_000_000_000 + Int64(below(1_000_000)))
    }

    mutating func event() -> Event {
        let endpoint = EndpointIndex(truncatingIfNeeded: next())
        switch below(17) {
        case 0: return .engineStarted(engineStart())
        case 1: return .engineStopped(reason: text())
        case 2: return .journalAdopted(from: text(), to: text())
        case 3:
            return .storeRecovered(
                reason: text(), retries: anyNumber(), pausedMilliseconds: Int64(bitPattern: next()))
        case 4: return .jobCreated(terms())
        case 5: return .recipientsImported(total: anyNumber(), columns: (0..<below(5)).map { _ in text() })
        case 6: return .jobStarted(endpoints: (0..<below(5)).map { _ in text() })
        case 7: return .jobPaused(reason: text())
        case 8: return .jobResumed
        case 9: return .jobAborted(reason: text(), recoverable: chance(50))
        case 10:
            return .jobCompleted(
                tally(sent: anyNumber(), failed: anyNumber(), skipped: anyNumber(), inDoubt: anyNumber()))
        case 11: return .endpointFailed(endpoint, attempt: anyNumber(), retries: anyNumber(), reason: text())
        case 12: return .endpointPaused(endpoint, until: anyTime())
        case 13: return .endpointRecovered(endpoint)
        case 14: return .endpointRemoved(endpoint, reason: text())
        case 15: return .endpointRestored(endpoint)
        case 16: return .endpointSuspended(endpoint, reason: text())
        case 17: return .endpointWithdrawn(endpoint, reason: text())
        case 18:
            return .endpointLimited(
                endpoint, EndpointLimits(connections: chance(50) ? anyNumber() : nil, ratePerHour: anyNumber()))
        case 19:
            let limit = DestinationLimit(concurrency: anyNumber(), ratePerHour: anyNumber())
            return .destinationsLimited(
                DestinationLimits(standard: limit, named: (0..<below(4)).map { .init("d\($0).test", limit) }))
        default: return .recipient(Ordinal(below(Int(recipientsMax))), change(endpoint))
        }
    }

    mutating func change(_ endpoint: EndpointIndex) -> RecipientChange {
        switch below(8) {
        case 0: .skipped(SkipReason.allCases.randomElement(using: &self) ?? .duplicate, detail: text())
        case 1: .claimed(endpoint)
        case 2: .sent(endpoint, reply: text())
        case 3: .failed(endpoint, FailureKind.allCases.randomElement(using: &self) ?? .other, reply: text())
        case 4: .deferred(endpoint, attempt: anyNumber(), due: anyTime(), reply: text())
        case 5: .released(endpoint, reason: text())
        case 6: .inDoubt(endpoint, reason: text())
        default: .inDoubtResolved(DoubtVerdict.allCases.randomElement(using: &self) ?? .sent, evidence: text())
        }
    }

    private mutating func engineStart() -> EngineStart {
        EngineStart(
            epoch: next(), host: text(), hostIdentity: text(), bootID: text(), processID: anyNumber(), version: text())
    }

    private mutating func terms() -> JobTerms {
        JobTerms(
            key: text(), name: text(), revision: anyNumber(),
            retry: RetryPolicy(
                attempts: below(40), firstMilliseconds: Int64(below(1_000_000)), factor: below(200),
                capMilliseconds: Int64(bitPattern: next())),
            inDoubt: chance(50) ? .hold : .resend, ratePerHour: anyNumber(),
            definitionDigest: (0..<32).map { _ in UInt8(truncatingIfNeeded: next()) },
            listDigest: (0..<32).map { _ in UInt8(truncatingIfNeeded: next()) })
    }
}
