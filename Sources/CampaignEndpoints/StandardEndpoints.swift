import CampaignDomain
public import CampaignEngine

/// The endpoints that come with the engine, made from their addresses.
public enum StandardEndpoints {
    /// - Parameter directory: what relative drop directories are relative to.
    /// - Throws: `badEndpoint` for the first address that cannot be used.
    public static func make(_ urls: [String], relativeTo directory: String = ".") throws(EngineError) -> [any Endpoint]
    {
        var endpoints: [any Endpoint] = []
        for text in urls {
            let url = try EndpointURL(parsing: text, relativeTo: directory)
            switch url.place {
            case .server, .socket:
                let probe = try url.probe.source?.makeProbe(url.probe, for: EndpointState.identity(url.description))
                endpoints.append(try SMTPEndpoint(url, probe: probe))
            case .directory(let path): endpoints.append(DropDirectory(url, path: path))
            }
        }
        return endpoints
    }

    /// For `EngineConfiguration.endpointFactory`: names in the log are absolute addresses.
    public static let factory: EndpointFactory = { names in try make(names, relativeTo: "/") }
}
