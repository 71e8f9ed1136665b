import CampaignDomain

/// The laws, counted at the endpoints: before the power cut and after it together.
struct Reckoning {
    let world: World
    /// The jobs as the image held them, and as the engine left them.
    let before: [JobState]
    let after: [JobState]

    func check() throws {
        guard after.count == 3 else { throw ImageFailure("\(after.count) jobs were finished, not 3") }
        for state in after {
            guard state.phase == .completed else { throw ImageFailure("job \(state.id) is \(state.phase)") }
            guard state.id != FolderCheck.job else { continue }
            let old = before.first { $0.id == state.id }
            var doubts = 0
            for ordinal in 0..<state.tally.total {
                let message = Message(job: state.id.rawValue, ordinal: ordinal)
                guard let phase = state.phase(of: ordinal) else { throw ImageFailure("\(message) is unknown") }
                try check(message, phase, old: old?.phase(of: ordinal))
                if phase == .inDoubt, old?.phase(of: ordinal) == .claimed { doubts += 1 }
            }
            // One claim for each lane at most, and none where the endpoint can tell.
            guard doubts <= (state.id.rawValue == 1 ? ReferenceCampaign.lanes : 0) else {
                throw ImageFailure("\(doubts) recipients of job \(state.id) came into doubt by the power cut")
            }
        }
    }

    private func check(_ message: Message, _ phase: RecipientPhase, old: RecipientPhase?) throws {
        let copies = world.copies(of: message)
        guard copies <= 1 else { throw ImageFailure("\(message) was accepted \(copies) times") }
        let isDoubtful = message.job == 1 && message.ordinal % 29 == 11
        switch phase {
        case .sent:
            guard copies == 1 || isDoubtful else { throw ImageFailure("\(message) is sent, but never arrived") }
        case .failed, .skipped:
            guard copies == 0 else { throw ImageFailure("\(message) is \(phase), but arrived") }
        case .inDoubt:
            guard isDoubtful || old == .claimed || old == .inDoubt else {
                throw ImageFailure("\(message) is in doubt, but was \(old.map { "\($0)" } ?? "unknown") in the image")
            }
        case .pending, .claimed, .deferred:
            throw ImageFailure("\(message) is \(phase) in a completed job")
        }
        if let old, [.sent, .failed, .skipped].contains(old), phase != old {
            throw ImageFailure("\(message) was \(old) and is \(phase)")
        }
    }
}
