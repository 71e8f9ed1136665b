import Foundation

/// What `status --json` prints.
struct StatusObject: Decodable {
    struct Abort: Decodable {
        var reason: String
        var recoverable: Bool
    }

    struct EndpointObject: Decodable {
        var url: String
        var state: String
        var sent: Int
        var failures: Int
        var lastError: String?
    }

    var key: String
    var state: String
    var total: Int
    var sent: Int
    var failed: Int
    var skipped: Int
    var inDoubt: Int
    var deferred: Int
    var claimed: Int
    var pending: Int
    var pauseReason: String?
    var abort: Abort?
    var epoch: Int
    var endpoints: [EndpointObject]

    var settled: Int { sent + failed + skipped + inDoubt }
}

/// What `log --json` prints per event, as far as the tests look at it.
struct EventObject: Decodable {
    var sequence: Int
    var epoch: Int
    var type: String
    var address: String?
    var key: String?
    var endpoint: String?
    var reason: String?
    var reply: String?
    var recoverable: Bool?
    var from: String?
    var to: String?
}

/// What `in-doubt --json` prints per recipient.
struct DoubtObject: Decodable {
    var address: String
    var key: String
    var reason: String?
}

/// What `audit --json` prints.
struct AuditObject: Decodable {
    struct Violation: Decodable {
        var sentence: String
    }

    var ok: Bool
    var violations: [Violation]
}

/// What `verify --json` prints.
struct VerifyObject: Decodable {
    var ok: Bool
    var head: String
    var reason: String?
}

enum JSONLines {
    static func one<Object: Decodable>(_ text: String) throws -> Object {
        try JSONDecoder().decode(Object.self, from: Data(text.utf8))
    }

    /// The last line may still be on its way: it is left out when it is cut short.
    static func all<Object: Decodable>(_ text: String) throws -> [Object] {
        let whole = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)]
        return try whole.split(separator: "\n").map { try one(String($0)) }
    }
}
