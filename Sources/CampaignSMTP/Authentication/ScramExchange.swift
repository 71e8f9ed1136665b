import Crypto
import Synchronization

/// The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding.
///
///     C: n,,n=user,r=rOprNGfwEbeRWgbNEkqO
///     S: r=rOprNGfwEbeRWgbNEkqO%hvYDp…,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096
///     C: c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDp…,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=
///     S: v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=
///
/// Names and passwords are sent as they are given: whoever has non-ASCII ones gives them in the form that the server keeps
/// (RFC 4013 is not applied).
struct ScramExchange: Sendable {
    /// More work than a server has reason to ask for; one that asks for more only wants this client to be busy.
    static let iterationsMax = 600_000
    /// RFC 7677 §4 asks servers for as many at least; fewer make a stolen proof cheap to guess from.
    static let iterationsMin = 4096

    private let credentials: Credentials
    private let clientNonce: [UInt8]
    private let firstBare: [UInt8]
    /// Known when the challenge was answered.
    private var serverSignature: [UInt8]?
    private(set) var isServerProven = false

    /// - Parameter nonce: printable US-ASCII without a comma, never used before.
    init(_ credentials: Credentials, nonce: [UInt8]) {
        self.credentials = credentials
        clientNonce = nonce
        firstBare = Array("n=".utf8) + Self.escaped(credentials.user) + Array(",r=".utf8) + nonce
    }

    var first: [UInt8] { Array("n,,".utf8) + firstBare }
    /// Whether the server's first message was answered.
    var isAnswered: Bool { serverSignature != nil }

    /// Answers the server's first message.
    mutating func answer(_ serverFirst: [UInt8]) throws(AuthenticationFault) -> [UInt8] {
        let fields = serverFirst.split(separator: 0x2C, omittingEmptySubsequences: false)
        guard fields.count >= 3, let nonce = Self.value("r", fields[0]), let saltText = Self.value("s", fields[1]),
            let countText = Self.value("i", fields[2])
        else { throw Self.bad("not r=, s=, i=") }
        guard nonce.count > clientNonce.count, nonce.starts(with: clientNonce) else {
            throw Self.bad("its nonce does not go on from this client's")
        }
        guard let salt = Base64.decode(saltText), !salt.isEmpty else { throw Self.bad("the salt is not base64") }
        guard let iterations = Int(String(decoding: countText, as: UTF8.self)),
            (Self.iterationsMin...Self.iterationsMax).contains(iterations)
        else { throw Self.bad("the iteration count is not from \(Self.iterationsMin) to \(Self.iterationsMax)") }

        let keys = credentials.scramKeys.keys(of: credentials.secret, salt: salt, iterations: iterations)
        let withoutProof = Array("c=biws,r=".utf8) + nonce
        let message = firstBare + [0x2C] + serverFirst + [0x2C] + withoutProof
        let signature = ScramKeys.hmac(keys.stored, message)
        serverSignature = ScramKeys.hmac(keys.server, message)
        let proof = zip(keys.client, signature).map { $0 ^ $1 }
        return withoutProof + Array(",p=".utf8) + Base64.encode(proof)
    }

    /// Checks the server's last message: nobody but who knows the password, or its keys, can have made it.
    mutating func verify(_ serverFinal: [UInt8]) throws(AuthenticationFault) {
        guard let serverSignature, let text = Self.value("v", serverFinal.prefix { $0 != 0x2C }),
            let signature = Base64.decode(text), Self.isEqual(signature, serverSignature)
        else { throw .serverNotProven }
        isServerProven = true
    }

    /// `=` and `,` have a meaning of their own (RFC 5802 §5.1).
    private static func escaped(_ name: String) -> [UInt8] {
        name.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x2C: Array("=2C".utf8)
            case 0x3D: Array("=3D".utf8)
            default: [byte]
            }
        }
    }

    private static func value(_ name: Character, _ field: some Collection<UInt8>) -> [UInt8]? {
        guard field.count > 2, field.starts(with: "\(name)=".utf8) else { return nil }
        return Array(field.dropFirst(2))
    }

    private static func bad(_ what: String) -> AuthenticationFault { .badChallenge(.scramSHA256, what) }

    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// What a password comes to for a salt and a number of iterations (RFC 5802 §3).
struct ScramKeys: Sendable {
    let client: [UInt8]
    let stored: [UInt8]
    let server: [UInt8]

    init(_ secret: Secret, salt: [UInt8], iterations: Int) {
        let salted = Self.salted(secret.bytes, salt, iterations)
        client = Self.hmac(salted, Array("Client Key".utf8))
        stored = Array(SHA256.hash(data: client))
        server = Self.hmac(salted, Array("Server Key".utf8))
    }

    static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    /// `Hi()`: PBKDF2 with one block.
    private static func salted(_ password: [UInt8], _ salt: [UInt8], _ iterations: Int) -> [UInt8] {
        let key = SymmetricKey(data: password)
        var block = Array(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<iterations {
            block = Array(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for index in result.indices { result[index] ^= block[index] }
        }
        return result
    }
}

/// The keys last worked out: a server gives all connections of a user the same salt (RFC 5802 §5.1 expects clients to keep
/// them), and thousands of hashes for each would hold up the event loop.
final class ScramKeyCache: Sendable {
    private struct Entry {
        let salt: [UInt8]
        let iterations: Int
        let keys: ScramKeys
    }

    private let entry = Mutex<Entry?>(nil)

    func keys(of secret: Secret, salt: [UInt8], iterations: Int) -> ScramKeys {
        // Held while it is worked out: another session would do the same at the same time.
        entry.withLock { entry in
            if let entry, entry.salt == salt, entry.iterations == iterations { return entry.keys }
            let keys = ScramKeys(secret, salt: salt, iterations: iterations)
            entry = Entry(salt: salt, iterations: iterations, keys: keys)
            return keys
        }
    }
}
