import ArgumentParser

/// Proves the engine in simulated worlds.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract:
            "Runs the engine in worlds that crash, lie and lose their mail, and checks that it keeps its promises.",
        subcommands: Self.commands, defaultSubcommand: SeedsCommand.self)

    private static var commands: [any ParsableCommand.Type] {
        #if CAMPAIGN_MUTANTS
        [SeedsCommand.self, SeedFilesCommand.self, ExhaustiveCommand.self, IncidentCommand.self, MutantsCommand.self]
        #else
        [SeedsCommand.self, SeedFilesCommand.self, ExhaustiveCommand.self, IncidentCommand.self]
        #endif
    }
}
