import Dispatch
import Foundation

/// Certificates of an authority that exists for one test process, made with `openssl`.
package struct TestCertificates: Sendable {
    package struct Certificate: Sendable {
        /// PEM files.
        package let path: String
        package let keyPath: String
    }

    package enum Trouble: Error { case openssl(String) }

    /// The authority's own certificate, for `tls-ca`.
    package let authorityPath: String
    /// For localhost, mail.example.test, 127.0.0.1 and ::1.
    package let good: Certificate
    /// The same names, but from 2020 to 2021, and from 2040 to 2041.
    package let expired: Certificate
    package let notYetValid: Certificate
    /// For other.example.test.
    package let wrongName: Certificate
    /// For 127.0.0.1 alone: the right address is not the right name.
    package let addressOnly: Certificate
    /// With localhost as its common name, and no subjectAltName.
    package let commonNameOnly: Certificate
    /// For *.example.test.
    package let wildcard: Certificate
    package let selfSigned: Certificate

    private static let made = Task {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try TestCertificates() }) }
        }
    }

    /// The same for the whole process.
    package static func shared() async throws -> TestCertificates { try await made.value }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("campaign-certificates-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let workshop = Workshop(folder: folder)
        try workshop.writeConfiguration()
        authorityPath = try workshop.authority()
        let names = "DNS:localhost,DNS:mail.example.test,IP:127.0.0.1,IP:::1"
        good = try workshop.certificate("good", names)
        expired = try workshop.certificate("expired", names, from: 2020)
        notYetValid = try workshop.certificate("not-yet", names, from: 2040)
        wrongName = try workshop.certificate("wrong-name", "DNS:other.example.test")
        addressOnly = try workshop.certificate("address-only", "IP:127.0.0.1")
        commonNameOnly = try workshop.certificate("localhost", nil)
        wildcard = try workshop.certificate("wildcard", "DNS:*.example.test")
        selfSigned = try workshop.selfSigned("self-signed", names)
    }
}

/// Runs `openssl` in a folder of its own.
private struct Workshop {
    let folder: String

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    /// Of its own, so that nothing depends on the system's.
    func writeConfiguration() throws {
        let text = """
            [req]
            distinguished_name = dn
            prompt = no
            [dn]
            CN = nobody
            [authority_extensions]
            basicConstraints = critical,CA:TRUE
            keyUsage = critical,keyCertSign,cRLSign
            subjectKeyIdentifier = hash
            [ca]
            default_ca = authority
            [authority]
            database = index.txt
            new_certs_dir = .
            certificate = authority.pem
            private_key = authority.key
            serial = serial
            default_md = sha256
            default_days = 30
            policy = anything
            unique_subject = no
            copy_extensions = copy
            [anything]
            commonName = supplied

            """
        for (name, content) in [("openssl.cnf", text), ("index.txt", ""), ("serial", "01\n")] {
            try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        }
    }

    func authority() throws -> String {
        try openssl(
            [
                "req", "-x509", "-config", "openssl.cnf", "-extensions", "authority_extensions", "-subj",
                "/CN=Test Authority",
            ]
                + Self.key + ["-keyout", "authority.key", "-out", "authority.pem", "-days", "30"])
        return "\(folder)/authority.pem"
    }

    func certificate(
        _ name: String, _ alternatives: String?, from year: Int? = nil
    ) throws -> TestCertificates.Certificate {
        try openssl(
            ["req", "-new", "-config", "openssl.cnf", "-subj", "/CN=\(name)"] + Self.key
                + ["-keyout", "\(name).key", "-out", "\(name).csr"]
                + (alternatives.map { ["-addext", "subjectAltName=\($0)"] } ?? []))
        let validity =
            year.map { ["-startdate", "\($0)0101000000Z", "-enddate", "\($0 + 1)0101000000Z"] } ?? []
        try openssl(
            ["ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", "\(name).csr", "-out", "\(name).pem"]
                + validity)
        return TestCertificates.Certificate(path: "\(folder)/\(name).pem", keyPath: "\(folder)/\(name).key")
    }

    func selfSigned(_ name: String, _ alternatives: String) throws -> TestCertificates.Certificate {
        try openssl(
            ["req", "-x509", "-config", "openssl.cnf", "-subj", "/CN=\(name)"] + Self.key
                + ["-addext", "subjectAltName=\(alternatives)", "-days", "30"]
                + ["-keyout", "\(name).key", "-out", "\(name).pem"])
        return TestCertificates.Certificate(path: "\(folder)/\(name).pem", keyPath: "\(folder)/\(name).key")
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let output = "\(folder)/openssl.log"
        try Data().write(to: URL(fileURLWithPath: output))
        process.standardError = FileHandle(forWritingAtPath: output)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw TestCertificates.Trouble.openssl("openssl \(arguments.joined(separator: " ")): \(text)")
        }
    }
}
