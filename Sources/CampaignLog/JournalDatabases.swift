internal import CampaignLMDB

/// The databases of a journal's environment.
struct JournalDatabases: Sendable {
    let main: Database
    let events: Database
    private let jobs: Database
    private let recipients: Database
    private let content: Database
    private let snapshots: Database
    private let control: Database

    static let eventsName = "events"

    subscript(table: Table) -> Database {
        switch table {
        case .jobs: jobs
        case .recipients: recipients
        case .content: content
        case .snapshots: snapshots
        case .control: control
        }
    }

    /// - Parameter open: opens the database of that name; nil is the main one.
    init(open: (String?, Database.KeyKind) throws(LMDBError) -> Database) throws(LMDBError) {
        func table(_ table: Table) throws(LMDBError) -> Database {
            try open(table.name, table.hasByteKeys ? .bytes : .integer)
        }
        main = try open(nil, .bytes)
        events = try open(Self.eventsName, .integer)
        jobs = try table(.jobs)
        recipients = try table(.recipients)
        content = try table(.content)
        snapshots = try table(.snapshots)
        control = try table(.control)
    }

    init(creatingIn transaction: borrowing WriteTransaction) throws(LMDBError) {
        try self.init { (name, kind) throws(LMDBError) in
            try transaction.database(named: name, keyKind: kind)
        }
    }

    /// - Throws: `missing` when the engine has not made them yet.
    init(findingIn transaction: borrowing ReadTransaction) throws(LMDBError) {
        try self.init { (name, kind) throws(LMDBError) in
            guard let found = try transaction.database(named: name, keyKind: kind) else {
                throw LMDBError(.missing, operation: "opening \(name ?? "main")", message: "it does not exist")
            }
            return found
        }
    }
}

extension TableKey {
    var databaseKey: DatabaseKey {
        switch self {
        case .number(let number): .integer(number)
        case .bytes(let bytes): .bytes(bytes)
        }
    }

    init(_ key: DatabaseKey) {
        switch key {
        case .integer(let number): self = .number(number)
        case .bytes(let bytes): self = .bytes(bytes)
        }
    }
}
