/// A JSON value whose fields keep the order in which they were given, so that output is stable.
indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case string(String)
    case array([JSON])
    case object([Field])

    /// One field of an object.
    struct Field: Hashable, Sendable {
        var name: String
        var value: JSON
    }

    static func object(_ fields: [(String, JSON)]) -> JSON {
        .object(fields.map { Field(name: $0.0, value: $0.1) })
    }

    init(_ text: String?) { self = text.map { .string($0) } ?? .null }
    init(_ number: some UnsignedInteger) { self = .unsigned(UInt64(truncatingIfNeeded: number)) }
    init(_ number: UInt32?) { self = number.map { .unsigned(UInt64($0)) } ?? .null }

    /// The compact form (RFC 8259) on one line. Control characters, C1 controls and direction marks are escaped,
    /// so that it is safe on a terminal too.
    var text: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): bytes.append(contentsOf: String(value).utf8)
        case .unsigned(let value): bytes.append(contentsOf: String(value).utf8)
        case .string(let value): Self.append(value, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.append(field.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                field.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: "\\\"".utf8)
            case "\\": bytes.append(contentsOf: "\\\\".utf8)
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            case _ where Sanitised.isUnsafe(scalar): appendEscape(scalar, to: &bytes)
            case _ where scalar.isASCII: bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `\uXXXX`, as a surrogate pair beyond the basic plane.
    private static func appendEscape(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            bytes.append(contentsOf: "\\u".utf8)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
            bytes.append(contentsOf: digits.utf8)
        }
    }
}

extension JSON {
    /// An object with one more field at its end; itself when there is no value.
    func adding(_ name: String, _ value: JSON?) -> JSON {
        guard case .object(let fields) = self, let value else { return self }
        return .object(fields + [Field(name: name, value: value)])
    }
}
