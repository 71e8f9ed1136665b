/// A recipient's fields, by the position of their column in the list.
package protocol MergeFields {
    /// The field in UTF-8; column 0 is the address. The content is hostile: any octets, any length.
    /// Asked only for columns that were given to the renderer.
    func bytes(_ column: Int) -> ArraySlice<UInt8>
}
