/// How an environment is opened.
package struct EnvironmentOptions: Sendable {
    package enum Access: Sendable {
        /// Created when missing; one write transaction at a time over all processes.
        case readWrite
        /// Never creates anything but a missing lock file.
        case readOnly
    }

    package var access: Access
    /// Address space to reserve, in bytes. Costs no memory and no disk; less is tried when the system refuses.
    package var mapSizeBytes: Int
    /// Named databases, at most.
    package var databasesMax: UInt32
    /// How long growing or closing waits for the open transactions of this process, in milliseconds.
    package var exclusiveWaitMaxMilliseconds: Int

    package init(
        access: Access,
        mapSizeBytes: Int = 1 << 40,
        databasesMax: UInt32 = 16,
        exclusiveWaitMaxMilliseconds: Int = 5_000
    ) {
        self.access = access
        self.mapSizeBytes = mapSizeBytes
        self.databasesMax = databasesMax
        self.exclusiveWaitMaxMilliseconds = exclusiveWaitMaxMilliseconds
    }
}
