/// Why a text cannot be an argument of an SMTP command. Nothing of the text ever reaches a socket.
package enum CommandArgumentError: Error, Hashable, Sendable {
    /// CR, LF, NUL or another control character at this byte: it could end the command and begin another.
    case controlCharacter(offsetBytes: Int)
    /// A space, `<` or `>` outside of a quoted string at this byte: it could end the path and begin a parameter.
    case delimiter(offsetBytes: Int)
    /// A quoted string that is not closed.
    case unterminatedQuotedString
    case empty
    case tooLong(lengthMaxBytes: Int)
    /// A greeting name with bytes beyond US-ASCII: the client's name is sent before SMTPUTF8 can be agreed on.
    case notASCII
}
