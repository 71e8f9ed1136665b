import Crypto
import Testing

@testable import CampaignLog

@Suite("The Merkle tree")
struct MerkleTests {
    /// RFC 9162 section 2.1.1, word for word.
    private func naiveRoot(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.isEmpty { return [UInt8](SHA256.hash(data: [UInt8]())) }
        if leaves.count == 1 { return [UInt8](SHA256.hash(data: [0] + leaves[leaves.startIndex])) }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return [UInt8](
            SHA256.hash(data: [1] + naiveRoot(leaves[..<middle]) + naiveRoot(leaves[middle...])))
    }

    @Test("has the root that RFC 9162 defines, for 0 to 70 leaves")
    func rootsAgree() {
        var tree = MerkleAccumulator()
        var leaves: [[UInt8]] = []
        for size in 0...70 {
            #expect(tree.root.bytes == naiveRoot(leaves[...]))
            #expect(tree.count == UInt64(size))
            #expect(tree.peaks.count == size.nonzeroBitCount)
            let leaf = [UInt8](repeating: UInt8(size), count: size)
            leaves.append(leaf)
            tree.append(leaf: unsafe MerkleHash.leaf(leaf.span.bytes))
        }
    }

    @Test("goes on from its peaks")
    func restored() throws {
        var tree = MerkleAccumulator()
        for size in 0..<11 { tree.append(leaf: unsafe MerkleHash.leaf([UInt8(size)].span.bytes)) }
        let copy = try #require(MerkleAccumulator(count: tree.count, peaks: tree.peaks))
        #expect(copy == tree && copy.root == tree.root)
        #expect(MerkleAccumulator(count: 12, peaks: tree.peaks) == nil)
    }

    @Test("writes roots as hexadecimal and reads them back")
    func hexadecimal() throws {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let root = try #require(MerkleRoot(hex: text))
        #expect(root.description == text)
        #expect(MerkleRoot(hex: text.uppercased()) == root)
        #expect(MerkleRoot(bytes: root.bytes) == root)
        for bad in ["", "e3", text + "00", String(text.dropLast()), "g" + text.dropFirst()] {
            #expect(MerkleRoot(hex: bad) == nil)
        }
        #expect(MerkleRoot(bytes: [1, 2, 3]) == nil)
    }
}
