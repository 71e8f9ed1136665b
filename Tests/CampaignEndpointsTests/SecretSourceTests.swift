import CampaignEngine
import Foundation
import Testing

@testable import CampaignEndpoints
@testable import CampaignSMTP

@Suite("Where passwords are kept")
struct SecretSourceTests {
    @Test(
        "one line of a file, without its end",
        arguments: [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("s3cret\r\n", "s3cret"), (" s p ", " s p ")])
    func file(content: String, secret: String) throws {
        let scratch = try Scratch()
        #expect(try SecretSource.file(scratch.secret(content)).load() == Secret(secret))
    }

    @Test("a file that others can read is refused, with what mends it")
    func readable() throws {
        let scratch = try Scratch()
        let path = try scratch.secret("s3cret")
        for (mode, isFine) in [
            (0o600, true), (0o400, true), (0o640, true), (0o644, false), (0o604, false), (0o660, false),
        ] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            if isFine {
                #expect(try SecretSource.file(path).load() == Secret("s3cret"))
            } else {
                let error = #expect(throws: EngineError.self) { try SecretSource.file(path).load() }
                #expect(error?.message.contains("chmod 600 \(path)") == true)
                #expect(error?.message.contains("s3cret") == false)
            }
        }
    }

    @Test("a file that changes is read anew; one that cannot be used leaves what was read before")
    func renewed() throws {
        let scratch = try Scratch()
        let path = try scratch.secret("old")
        let keeper = try CredentialKeeper(user: "ann", source: .file(path), mechanism: .xoauth2)
        let first = keeper.current
        #expect(first.secret == Secret("old") && first.mechanism == .xoauth2)
        // The keys that were worked out stay as long as the file does.
        #expect(keeper.current.scramKeys === first.scramKeys)
        _ = try scratch.secret("new one")
        #expect(keeper.current.secret == Secret("new one"))
        _ = try scratch.secret("")
        #expect(keeper.current.secret == Secret("new one"))
        try FileManager.default.removeItem(atPath: path)
        #expect(keeper.current.secret == Secret("new one"))
        _ = try scratch.secret("third time")
        #expect(keeper.current.secret == Secret("third time"))
    }

    @Test("no file, no password in it, a directory, too much")
    func badFiles() throws {
        let scratch = try Scratch()
        let big = try scratch.secret(String(repeating: "x", count: 70_000))
        for (path, words) in [
            ("\(scratch.path)/none", "No such file"), (try scratch.secret("\n", "empty"), "is empty"),
            (scratch.path, "is not a file"), (big, "larger"),
        ] {
            let error = #expect(throws: EngineError.self) { try SecretSource.file(path).load() }
            #expect(error?.code == .badEndpoint)
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test("a variable that is not there")
    func environment() {
        let error = #expect(throws: EngineError.self) {
            try SecretSource.environment("CAMPAIGN_NO_SUCH_VARIABLE").load()
        }
        #expect(error?.message.contains("CAMPAIGN_NO_SUCH_VARIABLE") == true)
        #expect(throws: Never.self) { try SecretSource.environment("PATH").load() }
    }

    @Test("a password with two lines is refused without being shown")
    func twoLines() throws {
        let scratch = try Scratch()
        let path = try scratch.secret("s3cret\nmore")
        let error = #expect(throws: EngineError.self) {
            try StandardEndpoints.make(["smtps://ann@mail.example.com?password-file=\(path)"])
        }
        #expect(error?.message.contains("more than one line") == true)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("authorities that cannot be read")
    func roots() throws {
        let scratch = try Scratch()
        for path in ["\(scratch.path)/none.pem", try scratch.file("no.pem", "nothing")] {
            let error = #expect(throws: EngineError.self) {
                try StandardEndpoints.make(["smtps://mail.example.com?tls-ca=\(path)"])
            }
            #expect(error?.code == .badEndpoint)
            #expect(error?.message.contains(path) == true)
        }
    }
}

extension Scratch {
    /// A file that only its owner can read.
    func secret(_ content: String, _ name: String = "password") throws -> String {
        let path = try file(name, content)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }

    func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
