import Crypto
import Foundation

/// The server's side of AUTH, written apart from the client's.
struct ServerAuthentication {
    enum Verdict {
        case challenge(String)
        case accepted
        case refused
    }

    let mechanism: String
    private let user: String
    private let password: String
    private var lines: [String] = []
    private var clientFirstBare = ""
    private var serverFirst = ""
    private var isProofRight = false

    init(_ mechanism: String, _ behaviour: ServerBehaviour) {
        self.mechanism = mechanism
        user = behaviour.user
        password = behaviour.password
    }

    mutating func firstChallenge() -> String { mechanism == "LOGIN" ? Self.encode("Username:") : "" }

    mutating func answered(_ line: String) -> Verdict {
        lines.append(line)
        let text = Data(base64Encoded: line).map { String(decoding: $0, as: UTF8.self) }
        switch mechanism {
        case "PLAIN": return text == "\0\(user)\0\(password)" ? .accepted : .refused
        case "LOGIN":
            guard lines.count == 2 else { return .challenge(Self.encode("Password:")) }
            return lines[0] == Self.encode(user) && lines[1] == Self.encode(password) ? .accepted : .refused
        case "XOAUTH2":
            if text == "user=\(user)\u{1}auth=Bearer \(password)\u{1}\u{1}" { return .accepted }
            return lines.count == 1 ? .challenge(Self.encode("{\"status\":\"401\"}")) : .refused
        case "SCRAM-SHA-256": return scram(text ?? "")
        default: return .refused
        }
    }

    private mutating func scram(_ text: String) -> Verdict {
        let salt = Data("salt of the earth".utf8)
        switch lines.count {
        case 1:
            clientFirstBare = String(text.dropFirst(3))
            let nonce = clientFirstBare.split(separator: ",").last.map { $0.dropFirst(2) } ?? ""
            serverFirst = "r=\(nonce)server,s=\(salt.base64EncodedString()),i=4096"
            return .challenge(Self.encode(serverFirst))
        case 2:
            let parts = text.split(separator: ",")
            guard parts.count == 3, let proof = Data(base64Encoded: String(parts[2].dropFirst(2))) else {
                return .refused
            }
            let salted = Self.hi(Data(password.utf8), salt, 4096)
            let clientKey = Self.hmac(salted, "Client Key")
            let stored = Data(SHA256.hash(data: clientKey))
            let message = "\(clientFirstBare),\(serverFirst),\(parts[0]),\(parts[1])"
            let expected = Data(zip(clientKey, Self.hmac(stored, message)).map { $0 ^ $1 })
            guard proof == expected, clientFirstBare.hasPrefix("n=\(user),") else { return .refused }
            isProofRight = true
            let signature = Self.hmac(Self.hmac(salted, "Server Key"), message)
            return .challenge(Self.encode("v=\(signature.base64EncodedString())"))
        default: return isProofRight && text.isEmpty ? .accepted : .refused
        }
    }

    private static func encode(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    private static func hmac(_ key: Data, _ text: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: key)))
    }

    private static func hi(_ password: Data, _ salt: Data, _ iterations: Int) -> Data {
        let key = SymmetricKey(data: password)
        var block = Data(HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<iterations {
            block = Data(HMAC<SHA256>.authenticationCode(for: block, using: key))
            result = Data(zip(result, block).map { $0 ^ $1 })
        }
        return result
    }
}
