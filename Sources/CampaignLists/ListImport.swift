/// What is to be imported, and how.
package struct ListImport: Sendable {
    /// Read in this order, as one list. All have the first one's columns.
    package var lists: [ListSource]
    /// Lists of addresses that must not be written to: with a column `email`, or one address per line.
    package var suppressions: [ListSource] = []
    package var mode: Mode = .refuse
    /// Takes temporary files, about 24 bytes per row.
    package var temporaryDirectory: String
    package var blockSizeBytes = 256 << 10

    package enum Mode: Hashable, Sendable {
        /// One bad row refuses the whole list.
        case refuse
        /// Bad rows become recipients that are skipped.
        case skipInvalid
    }

    package init(
        lists: [ListSource], suppressions: [ListSource] = [], mode: Mode = .refuse, temporaryDirectory: String
    ) {
        self.lists = lists
        self.suppressions = suppressions
        self.mode = mode
        self.temporaryDirectory = temporaryDirectory
    }

    /// Where the parts of the import go. The arrays' buffers are used again: copy what is to be kept.
    package struct Sinks {
        /// 128 evenly spread bits of a normalised address.
        package var digest: ([UInt8]) -> (UInt64, UInt64)
        /// Takes the columns' names and all rows, in pieces, in a form that depends on nothing but them.
        package var contentDigest: ([UInt8]) -> Void
        /// Takes chunk after chunk, from index 0 on. All but the last have 128 rows.
        package var chunk: (Int, [UInt8]) throws -> Void
        /// Takes the rows that are not to be written to, by ascending ordinal, after the last chunk.
        package var skip: (UInt32, SkipReason) throws -> Void

        package init(
            digest: @escaping ([UInt8]) -> (UInt64, UInt64), contentDigest: @escaping ([UInt8]) -> Void,
            chunk: @escaping (Int, [UInt8]) throws -> Void, skip: @escaping (UInt32, SkipReason) throws -> Void
        ) {
            self.digest = digest
            self.contentDigest = contentDigest
            self.chunk = chunk
            self.skip = skip
        }
    }

    /// What an import found.
    package struct Outcome: Hashable, Sendable {
        /// `email` first, then the others in the first file's order.
        package internal(set) var columns: [String] = []
        package internal(set) var rowsTotal: UInt32 = 0
        package internal(set) var chunksTotal = 0
        package internal(set) var invalidTotal = 0
        package internal(set) var duplicatesTotal = 0
        package internal(set) var suppressedTotal = 0
        /// Addresses on the suppression lists, whether or not they occur in the list.
        package internal(set) var suppressionsTotal = 0
        /// Rows of suppression lists that are no addresses; they suppress nothing. Only with `skipInvalid`.
        package internal(set) var suppressionsInvalidTotal = 0

        /// Of a list without rows.
        package static let empty = Outcome()
    }

    /// Reads everything once; the result follows from the files' content alone. Memory does not grow with the lists.
    ///
    /// Throws `ListRefused` after all files were read, so that it names the first bad rows; sinks may have taken chunks
    /// by then, which are void. Throws `ListError` where a file cannot be read as a list, and what the sinks throw.
    package func run(_ sinks: Sinks) throws -> Outcome {
        var importer = ListImporter(self, sinks)
        for source in suppressions { try importer.readSuppressions(source) }
        for source in lists { try importer.readList(source) }
        return try importer.finish()
    }
}
