/// Where a server listens.
package enum SMTPServerAddress: Hashable, Sendable {
    /// A host name or IP address, and a TCP port.
    case host(String, port: Int)
    /// The path of a Unix domain socket.
    case unixDomainSocket(path: String)
}
