/// A message that cannot be compiled: which template, where, and why.
///
/// Thrown before anything is sent. `line` and `column` count from 1, `column` in Unicode scalars.
package struct TemplateError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// No recipient column has this name; `nearest` is the column with the smallest edit distance.
        case unknownVariable(String, nearest: String?)
        case unknownTransform(String)
        case malformedTag(String)
        case unsupportedTag(String)
        case unclosedSection(String)
        case unexpectedClose(String, expected: String?)
        /// Sections are nested deeper than the bound.
        case nestedTooDeep(depthMax: Int)
        case variableInAddress
        case invalidMailbox(MailboxError)
        case emptySubject
        case noBody
        case noColumns
        case invalidHeaderName(String)
        /// The date lies outside the years 1900 to 9999.
        case invalidDate(Int64)
        case invalidDomain(String)
    }

    /// The file, or the manifest's key, that holds the template.
    package var template: String
    package var line: Int
    package var column: Int
    package var reason: Reason

    package init(template: String, line: Int = 1, column: Int = 1, reason: Reason) {
        self.template = template
        self.line = line
        self.column = column
        self.reason = reason
    }
}

extension TemplateError: CustomStringConvertible {
    package var description: String {
        "\(template):\(line):\(column): \(reason)"
    }
}

extension TemplateError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownVariable(let name, let nearest?):
            "unknown variable “\(name)”; the nearest column is “\(nearest)”"
        case .unknownVariable(let name, nil): "unknown variable “\(name)”"
        case .unknownTransform(let name): "unknown transform “\(name)”"
        case .malformedTag(let why): "malformed tag: \(why)"
        case .unsupportedTag(let tag): "unsupported tag “\(tag)”"
        case .unclosedSection(let name): "section “\(name)” is never closed"
        case .unexpectedClose(let name, let expected?):
            "“\(name)” is closed, but the open section is “\(expected)”"
        case .unexpectedClose(let name, nil): "“\(name)” is closed, but no section is open"
        case .nestedTooDeep(let depthMax): "sections are nested deeper than \(depthMax)"
        case .variableInAddress: "a variable may stand in the display name only, not in the address"
        case .invalidMailbox(let error): "not a mailbox: \(error)"
        case .emptySubject: "the subject is empty"
        case .noBody: "neither a text nor an HTML template"
        case .noColumns: "the recipient list has no columns"
        case .invalidHeaderName(let name): "“\(name)” cannot be used as a header name here"
        case .invalidDate(let seconds): "\(seconds) s since 1970 is no date of the years 1900 to 9999"
        case .invalidDomain(let domain): "“\(domain)” is not a domain name in ASCII form"
        }
    }
}
