/// Records spread over partitions; those that do not fit into memory wait in a temporary file, which is only made when
/// it is needed. Memory: one block per partition, then one partition as it is taken.
struct PartitionedSpill<Record: BitwiseCopyable>: ~Copyable {
    private let directory: String
    private let blockRecords: Int
    private var blocks: [[Record]]
    /// The numbers of the blocks that each partition has in the file; all blocks there are full.
    private var written: [[UInt32]]
    private var blocksTotal: UInt32 = 0
    private var file: SpillFile?

    init(directory: String, partitions: Int, blockRecords: Int) {
        self.directory = directory
        self.blockRecords = max(1, blockRecords)
        blocks = Array(repeating: [], count: partitions)
        written = Array(repeating: [], count: partitions)
    }

    mutating func append(_ record: Record, to partition: Int) throws(ListError) {
        if blocks[partition].count == blockRecords { try writeBlock(partition) }
        if blocks[partition].isEmpty { blocks[partition].reserveCapacity(min(blockRecords, 64)) }
        blocks[partition].append(record)
    }

    private mutating func writeBlock(_ partition: Int) throws(ListError) {
        if file == nil { file = try SpillFile(directory: directory) }
        try file?.append(blocks[partition])
        written[partition].append(blocksTotal)
        blocksTotal += 1
        blocks[partition].removeAll(keepingCapacity: true)
    }

    /// Hands over a partition's records, in the order in which they came, and forgets them.
    mutating func take(_ partition: Int) throws(ListError) -> [Record] {
        let rest = blocks[partition]
        blocks[partition] = []
        guard !written[partition].isEmpty else { return rest }
        var records: [Record] = []
        records.reserveCapacity(written[partition].count * blockRecords + rest.count)
        for number in written[partition] {
            let offset = Int64(number) * Int64(blockRecords * MemoryLayout<Record>.stride)
            let block: [Record] = try file?.read(count: blockRecords, at: offset) ?? []
            records.append(contentsOf: block)
        }
        records.append(contentsOf: rest)
        written[partition] = []
        return records
    }
}
