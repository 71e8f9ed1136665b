/// A list to read: where it is and how it is written.
package struct ListSource: Hashable, Sendable {
    package let path: String
    /// How messages call the file.
    package let name: String
    package let format: ListFormat

    package init(path: String, name: String? = nil, format: ListFormat) {
        self.path = path
        self.name = name ?? String(path.split(separator: "/").last ?? "")
        self.format = format
    }

    /// The format follows from the file's extension.
    package init(path: String, name: String? = nil) throws(ListError) {
        guard let format = ListFormat(fileName: path) else {
            throw ListError.unknownFormat(file: name ?? path)
        }
        self.init(path: path, name: name, format: format)
    }
}

package enum ListFormat: Hashable, Sendable {
    /// RFC 4180 with a header.
    case csv
    /// The same with tabs instead of commas.
    case tsv
    /// One flat JSON object per line.
    case jsonLines
    /// One address per line, no header. Blanks around an address do not count.
    case lines

    package init?(fileName: String) {
        switch fileName.split(separator: ".").last?.lowercased() {
        case "csv": self = .csv
        case "tsv": self = .tsv
        case "jsonl", "ndjson": self = .jsonLines
        case "txt": self = .lines
        default: return nil
        }
    }
}
