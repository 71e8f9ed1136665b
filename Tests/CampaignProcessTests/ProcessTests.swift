import Testing

/// The product as a person meets it: the real command line in processes of its own, a real server or directory to send
/// to, real signals. One test at a time, since they measure time and fill the machine.
///
/// Environment: `KILL_TEST_RECIPIENTS` (20,000 by default) sizes the campaigns that are killed, `KILL_TEST_SEED` repeats
/// the moments of an earlier run, `CAMPAIGN_BINARY` and `RECORDING_SMTP_SERVER_BINARY` name other programs than those
/// beside the test bundle. Two tests mount a small tmpfs and therefore need root.
@Suite("The command line, in real processes", .serialized, .timeLimit(.minutes(5)))
enum ProcessTests {}
