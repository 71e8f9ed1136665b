/// What is wrong with a line of JSON Lines.
package enum JSONFault: Hashable, Sendable {
    case notAnObject
    case expected(String)
    case number
    case literal
    case unterminatedString
    case controlCharacter
    case escape
    case surrogate
    case nested(key: String)
    case duplicateKey(String)
    case textAfterObject
}

extension JSONFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAnObject: "the line is not a JSON object"
        case .expected(let what): "expected \(what)"
        case .number: "this is not a JSON number"
        case .literal: "expected a string, a number, true, false or null"
        case .unterminatedString: "the string is not closed on this line"
        case .controlCharacter: "a control character in a JSON string must be escaped"
        case .escape: "this is not a JSON escape"
        case .surrogate: "half of a surrogate pair is no character"
        case .nested(let key): "the value of “\(key)” is an object or an array; only plain values are fields"
        case .duplicateKey(let key): "the key “\(key)” occurs twice"
        case .textAfterObject: "text follows the object"
        }
    }
}
