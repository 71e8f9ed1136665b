/// The columns that a message's templates use, each with a dense slot, so that a render fetches each column once.
///
/// Slot 0 is always column 0, the recipient's address.
struct VariableTable {
    let columns: [String]
    /// Column of each slot.
    private(set) var slots: [Int] = [0]
    /// Columns that a template names, in order of first use.
    private(set) var used: [Int] = []

    init(columns: [String]) {
        self.columns = columns
    }

    /// The slot of the column named exactly `name` (the first one, if several are), or nil when there is none.
    mutating func slot(for name: String) -> Int? {
        // Canonically equivalent names compare equal as strings, which is what a person who types the name expects.
        guard let column = columns.firstIndex(of: name) else { return nil }
        if !used.contains(column) {
            used.append(column)
        }
        if let slot = slots.firstIndex(of: column) {
            return slot
        }
        slots.append(column)
        return slots.count - 1
    }

    /// Nil when no column has a name.
    func nearest(to name: String) -> String? {
        EditDistance.nearest(to: name, among: columns.filter { !$0.isEmpty })
    }
}
