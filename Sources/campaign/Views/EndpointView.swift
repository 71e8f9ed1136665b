import CampaignDomain
import CampaignEndpoints

/// What `campaign check` found out about one endpoint.
struct EndpointView: Hashable, Sendable {
    var url: String
    /// Nil where the endpoint was not asked.
    var inspection: ServerInspection?

    /// A certificate with fewer days left is worth a warning.
    static let daysLeftMin: Int64 = 14

    var fault: String? { inspection?.fault?.reason }

    func json(now: Timestamp) -> JSON {
        var fields: [(String, JSON)] = [
            ("url", .string(url)), ("checked", .bool(inspection != nil)), ("error", JSON(fault)),
        ]
        if let inspection, !inspection.extensions.isEmpty {
            fields += [
                ("extensions", .array(inspection.extensions.map { .string($0) })),
                ("sizeLimit", inspection.sizeLimitBytes.map { .integer(Int64($0)) } ?? .null),
                ("authMechanisms", .array(inspection.mechanisms.map { .string($0) })),
                ("authenticatedBy", JSON(inspection.authenticatedBy)),
            ]
        }
        if let version = inspection?.tlsVersion {
            fields.append(
                (
                    "tls",
                    .object([
                        ("version", .string(version)), ("cipher", JSON(inspection?.cipher)),
                        ("certificate", inspection?.certificate.map { json($0, now: now) } ?? .null),
                    ])
                ))
        }
        return .object(fields)
    }

    private func json(_ certificate: ServerInspection.Certificate, now: Timestamp) -> JSON {
        .object([
            ("subject", .string(certificate.subject)), ("names", .array(certificate.names.map { .string($0) })),
            ("issuer", .string(certificate.issuer)),
            ("notBefore", .string(Self.time(certificate.notBefore).iso8601)),
            ("notAfter", .string(Self.time(certificate.notAfter).iso8601)),
            ("daysLeft", .integer(Self.daysLeft(certificate, now: now))),
        ])
    }

    func lines(paint: Paint, now: Timestamp) -> [String] {
        let shown = Sanitised.line(url)
        guard let inspection else { return ["endpoint    \(shown): not tried"] }
        if let fault {
            return ["endpoint    \(shown): \(paint.bad("cannot be used: " + Sanitised.line(fault)))"]
        }
        var lines = ["endpoint    \(shown): \(paint.good("reached"))"]
        lines += table(inspection, paint, now).lines(paint: paint, indent: 12)
        if let certificate = inspection.certificate {
            let days = Self.daysLeft(certificate, now: now)
            if days < Self.daysLeftMin {
                lines.append(
                    String(repeating: " ", count: 12)
                        + paint.warning("the certificate ends in \(Self.days(days)); after that nothing is sent"))
            }
        }
        return lines
    }

    private func table(_ inspection: ServerInspection, _ paint: Paint, _ now: Timestamp) -> AlignedTable {
        var table = AlignedTable([("", .left), ("", .left)])
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { table.add([.init(name) { paint.faint($0) }, .init(text)]) }
        }
        add("TLS", [inspection.tlsVersion, inspection.cipher].compactMap { $0 }.joined(separator: ", "))
        if let certificate = inspection.certificate {
            add("certificate", "\(certificate.subject), for \(certificate.names.joined(separator: ", "))")
            add("issued by", certificate.issuer)
            let days = Self.daysLeft(certificate, now: now)
            add("valid until", "\(Self.time(certificate.notAfter).shown), \(Self.days(days)) left")
        }
        add("extensions", inspection.extensions.joined(separator: " "))
        add("size limit", inspection.sizeLimitBytes.map { "\($0) bytes" } ?? "")
        add("mechanisms", inspection.mechanisms.joined(separator: " "))
        add("let in by", inspection.authenticatedBy ?? "")
        return table
    }

    private static func days(_ count: Int64) -> String { count == 1 ? "1 day" : "\(count) days" }

    private static func time(_ secondsSince1970: Int64) -> Timestamp {
        // Beyond what a certificate can hold, and what milliseconds can.
        Timestamp(milliseconds: min(max(secondsSince1970, -62_135_596_800), 253_402_300_799) * 1000)
    }

    /// Whole days; negative after the end.
    private static func daysLeft(_ certificate: ServerInspection.Certificate, now: Timestamp) -> Int64 {
        let left = time(certificate.notAfter).milliseconds - now.milliseconds
        return left >= 0 ? left / 86_400_000 : (left - 86_399_999) / 86_400_000
    }
}
