/// Why a row of a list is not written to.
package enum SkipReason: Hashable, Sendable {
    /// The row has no valid address, or could not be taken apart at all. The text says where and why.
    case invalidAddress(String)
    /// The row with that ordinal has the same address.
    case duplicate(of: UInt32)
    /// The address is on a suppression list.
    case suppressed
}
