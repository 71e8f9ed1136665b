import CampaignSMTP
import NIOCore
import NIOPosix
import Testing

@Suite("Hosts with several addresses")
struct AddressFamilyTests {
    /// A host of which one address leads to the server and the others lead nowhere.
    struct Names: Resolver, Sendable {
        let eventLoop: any EventLoop
        let v4: [SocketAddress]
        let v6: [SocketAddress]

        func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            eventLoop.makeSucceededFuture(v4)
        }

        func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            eventLoop.makeSucceededFuture(v6)
        }

        func cancelQueries() {}
    }

    @Test("a host with one dead address family connects by the other (RFC 8305)", arguments: [true, false])
    func deadFamily(_ isSecondAddress: Bool) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ScriptedServer(
            ScriptedServer.opening + [.expect("QUIT"), .reply("221 bye\r\n"), .close], on: group)
        let live = try SocketAddress(ipAddress: "127.0.0.1", port: server.port)
        // Nobody listens on port 1.
        let dead = try SocketAddress(ipAddress: isSecondAddress ? "127.0.0.2" : "::1", port: 1)
        let loop = group.next()
        let names = Names(
            eventLoop: loop, v4: isSecondAddress ? [dead, live] : [live], v6: isSecondAddress ? [] : [dead])
        let configuration = SMTPConnectionConfiguration(greetingName: try GreetingName("client.example"))
        let fault = try await loop.flatSubmit {
            let promise = loop.makePromise(of: ConnectionFault?.self)
            SMTPConnection.connect(
                to: .host("mx.example", port: server.port), configuration: configuration, on: loop, resolver: names
            ) { result in
                switch result {
                case .success(let connection):
                    connection.whenClosed = { promise.succeed($0) }
                    connection.quit()
                case .failure(let fault): promise.succeed(fault)
                }
            }
            return promise.futureResult
        }.get()
        #expect(fault == nil)
        try await server.close()
    }
}
