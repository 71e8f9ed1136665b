/// Why the engine refuses or gives up. `description` is one sentence that says what, where, and how to mend it.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble: for deciding what to do. More codes may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        private init(_ description: String) { self.description = description }

        /// Bad list, template or definition.
        public static let badInput = Code("bad input")
        /// A file does not exist or cannot be read.
        public static let inputNotFound = Code("input not found")
        /// The job exists with other content, or was aborted for good.
        public static let jobConflict = Code("job conflict")
        public static let noSuchJob = Code("no such job")
        public static let journalNotFound = Code("journal not found")
        /// Another engine holds the journal.
        public static let journalInUse = Code("journal in use")
        /// The journal belongs to another host or was copied.
        public static let journalOfAnotherHost = Code("journal of another host")
        public static let journalCannotBeCreated = Code("journal cannot be created")
        /// Disk full, I/O error: after the configured retries.
        public static let journalCannotBeWritten = Code("journal cannot be written")
        public static let journalCorrupt = Code("journal corrupt")
        /// Written by a newer version.
        public static let journalTooNew = Code("journal too new")
        public static let badEndpoint = Code("bad endpoint")
        public static let stopped = Code("engine stopped")
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
