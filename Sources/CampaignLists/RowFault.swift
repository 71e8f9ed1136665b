package import CampaignMail

/// What is wrong with a row. The description is one sentence without a full stop.
package enum RowFault: Hashable, Sendable {
    case empty
    case strayQuote
    case textAfterQuote
    case unterminatedQuote
    case tooLong(bytesMax: Int)
    case nul
    case invalidUTF8
    case utf16
    case fieldCount(found: Int, expected: Int)
    case emptyColumnName
    case duplicateColumn(String)
    case tooManyColumns(max: Int)
    case noEmailColumn(found: [String])
    case json(JSONFault)
    case unknownKey(String)
    case address(EmailAddressError)
}

extension RowFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the file is empty"
        case .strayQuote: "a quote stands inside a field that does not begin with one"
        case .textAfterQuote: "text follows the closing quote of a field"
        case .unterminatedQuote: "the quote that opens here is never closed"
        case .tooLong(let bytesMax): "the row is longer than \(bytesMax) bytes; is a quote missing?"
        case .nul: "the row holds a NUL byte"
        case .invalidUTF8: "the row is not valid UTF-8"
        case .utf16: "the file is UTF-16; lists must be UTF-8"
        case .fieldCount(let found, let expected):
            "the row has \(Self.count(found, "field")), the header \(Self.count(expected, "column"))"
        case .emptyColumnName: "a column has no name"
        case .duplicateColumn(let name): "the column “\(name)” occurs twice"
        case .tooManyColumns(let max): "there are more than \(max) columns"
        case .noEmailColumn(let found):
            "there is no column “email”; found " + found.prefix(8).map { "“\($0)”" }.joined(separator: ", ")
        case .json(let fault): fault.description
        case .unknownKey(let key): "the key “\(key)” is not among the columns, which the first line names"
        case .address(let error): error.description
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}
