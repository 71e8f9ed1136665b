import ArgumentParser
import CampaignDomain

/// Packs a campaign's events and throws them away.
struct CodecCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec", abstract: "Packs claims and outcomes into frames.")

    @Option(help: "Recipients; each has a claim and an outcome.") var recipients: Int
    @Option(help: "Recipients in a frame.") var group = 32

    func run() throws {
        var encoder = EventEncoder()
        var sizeBytes = 0
        let seconds = Figures.seconds {
            SampleLog.writeGroups(recipients: recipients, groupSize: group, &encoder) { encoder in
                sizeBytes += encoder.bytes.count
                encoder.removeAll()
            }
        }
        Figures.say("events", recipients * 2)
        Figures.say("bytes", sizeBytes)
        Figures.say("events/s", Double(recipients * 2) / seconds)
    }
}
