/// A recipient for whom no message can be made.
package enum RenderError: Error, Equatable, Sendable {
    /// Column 0 holds no address that can stand in a header.
    case invalidAddress
    /// The key is not 1 to 64 ASCII letters and digits.
    case invalidKey
}

extension RenderError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidAddress: "the recipient's address cannot stand in a header"
        case .invalidKey: "the message's key is not 1 to 64 ASCII letters and digits"
        }
    }
}
