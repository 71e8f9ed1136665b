import ArgumentParser

/// What the benches ask of the engine's parts and no command of `campaign` does: counted work without a server, and logs
/// longer than anyone would wait for. Its figures are one line each: `name value`, in the units of the name.
@main
struct CampaignBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaign-bench",
        abstract: "Measures parts of the engine, and makes journals to measure with.",
        subcommands: [
            CodecCommand.self, FoldCommand.self, ReplayCommand.self, HashCommand.self, StepCommand.self,
            SendCommand.self, ExtendCommand.self, FramesCommand.self,
        ])
}
