public import ServiceLifecycle

/// The engine as a service: resumes what was interrupted, sends until it is told to stop, and stops gracefully.
extension CampaignEngine: Service {
    /// Runs until the service group shuts down gracefully, its task is cancelled, or the engine fails.
    public func run() async throws {
        if configuration.resumesOnStart, configuration.endpointFactory != nil { try await resumeAll() }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await waitForEnd()
            } onGracefulShutdown: {
                Task { await self.stop() }
            }
        } onCancel: {
            Task { await self.stop() }
        }
        if let failure { throw failure }
    }
}
