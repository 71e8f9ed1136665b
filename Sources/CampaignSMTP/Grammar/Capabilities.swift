/// The service extensions that a server offers in its reply to EHLO or LHLO (RFC 5321 §4.1.1.1).
///
/// To be forgotten when TLS begins (RFC 3207 §4.2): a new EHLO fills a new value.
package struct Capabilities: Hashable, Sendable {
    package struct Extensions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }

        /// RFC 2920
        package static let pipelining = Self(rawValue: 1 << 0)
        /// RFC 6152
        package static let eightBitMIME = Self(rawValue: 1 << 1)
        /// RFC 6531
        package static let smtpUTF8 = Self(rawValue: 1 << 2)
        /// RFC 1870
        package static let size = Self(rawValue: 1 << 3)
        /// RFC 3030
        package static let chunking = Self(rawValue: 1 << 4)
        /// RFC 3207
        package static let startTLS = Self(rawValue: 1 << 5)
        /// RFC 4954
        package static let auth = Self(rawValue: 1 << 6)
        /// RFC 3461
        package static let dsn = Self(rawValue: 1 << 7)
        /// RFC 2034
        package static let enhancedStatusCodes = Self(rawValue: 1 << 8)
        /// RFC 8689; offered inside of TLS only
        package static let requireTLS = Self(rawValue: 1 << 9)

        /// Their keywords, in an order that stays.
        package var names: [String] { Self.keywords.filter { contains($0.0) }.map(\.1) }

        private static let keywords: [(Self, String)] = [
            (.pipelining, "PIPELINING"), (.chunking, "CHUNKING"), (.eightBitMIME, "8BITMIME"), (.smtpUTF8, "SMTPUTF8"),
            (.size, "SIZE"), (.dsn, "DSN"), (.startTLS, "STARTTLS"), (.auth, "AUTH"), (.requireTLS, "REQUIRETLS"),
            (.enhancedStatusCodes, "ENHANCEDSTATUSCODES"),
        ]
    }

    /// More mechanisms than exist; a server that names thousands costs no time.
    private static let authMechanismCountMax = 32

    package var extensions: Extensions
    /// Largest message accepted, in bytes; nil when the server names no fixed limit.
    package var sizeLimitBytes: Int?
    /// SASL mechanisms in upper case, in the server's order.
    package var authMechanisms: [String]

    package init(_ extensions: Extensions = [], sizeLimitBytes: Int? = nil, authMechanisms: [String] = []) {
        self.extensions = extensions
        self.sizeLimitBytes = sizeLimitBytes
        self.authMechanisms = authMechanisms
    }

    /// Reads the lines after the first of a successful reply to EHLO. Unknown keywords are left aside.
    package init(helloReply reply: Reply) {
        self.init()
        for line in reply.textBytes.split(separator: 0x0A).dropFirst() {
            let words = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self).uppercased() }
            guard let keyword = words.first else { continue }
            take(keyword: keyword, parameters: words.dropFirst())
        }
    }

    private mutating func take(keyword: String, parameters: ArraySlice<String>) {
        switch keyword {
        case "PIPELINING": extensions.insert(.pipelining)
        case "8BITMIME": extensions.insert(.eightBitMIME)
        case "SMTPUTF8": extensions.insert(.smtpUTF8)
        case "CHUNKING": extensions.insert(.chunking)
        case "STARTTLS": extensions.insert(.startTLS)
        case "DSN": extensions.insert(.dsn)
        case "REQUIRETLS": extensions.insert(.requireTLS)
        case "ENHANCEDSTATUSCODES": extensions.insert(.enhancedStatusCodes)
        case "SIZE":
            extensions.insert(.size)
            // 0 means that there is no fixed limit (RFC 1870 §4); so does a number that is none.
            sizeLimitBytes = parameters.first.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        case "AUTH":
            extensions.insert(.auth)
            for name in parameters where !name.isEmpty && authMechanisms.count < Self.authMechanismCountMax {
                if !authMechanisms.contains(name) { authMechanisms.append(name) }
            }
        case let legacy where legacy.hasPrefix("AUTH="):
            // Servers from before RFC 2554 announce `AUTH=LOGIN`.
            take(keyword: "AUTH", parameters: [String(legacy.dropFirst(5))] + parameters)
        default: break
        }
    }
}
