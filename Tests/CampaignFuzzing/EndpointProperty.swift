import CampaignDomain
import CampaignEndpoints
import CampaignEngine

/// An endpoint's address is refused, or is written into the log in a form that a resume reads as the same endpoint.
enum EndpointProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let text = String(decoding: input, as: UTF8.self)
        let url: EndpointURL
        do throws(EngineError) {
            url = try EndpointURL(parsing: text, relativeTo: "/base")
        } catch {
            try require(error.code == .badEndpoint && !error.message.isEmpty, "\(error)")
            return
        }
        switch url.place {
        case .server(let host, let port):
            try require((1...65535).contains(port) && !host.isEmpty, "the server \(host):\(port)")
            try require(host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "the host \(host)")
        case .socket(let path):
            try require(path.hasPrefix("/") && path.utf8.count < 108, "the socket \(path)")
        case .directory(let path): try require(path.hasPrefix("/"), "the relative path \(path)")
        }
        try require((1...10_000).contains(url.connections ?? 1), "\(url.connections ?? 0) connections")
        try require(url.timeoutMilliseconds ?? 1 > 0, "a timeout of \(url.timeoutMilliseconds ?? 0) ms")
        let again = try always("the log's “\(url)” is no endpoint") {
            try EndpointURL(parsing: url.description, relativeTo: "/elsewhere")
        }
        try require(again == url && again.description == url.description, "“\(url)” reads as “\(again)”")
    }
}
