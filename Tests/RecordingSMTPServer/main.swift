import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

func leave(_ message: String, _ status: CInt) -> Never {
    let line = Array((message + "\n").utf8)
    _ = unsafe line.withUnsafeBytes { bytes in unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    exit(status)
}

/// Listens, for good. All sessions share one event loop, so that records and counts need no lock.
func serve(_ options: ServerOptions) throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let eventLoop = group.next()
    let recorder = try Recorder(path: options.recordPath, isSynchronous: options.isSynchronous)
    let shared = NIOLoopBoundBox.makeBoxSendingValue(recorder, eventLoop: eventLoop)
    let policy = NIOLoopBoundBox.makeBoxSendingValue(MessagePolicy(options: options), eventLoop: eventLoop)
    let channel = try ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1024)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let session = RecordingSession(options: options, policy: policy.value, recorder: shared.value)
                if options.idleTimeoutMilliseconds > 0 {
                    let idle = IdleStateHandler(readTimeout: .milliseconds(options.idleTimeoutMilliseconds))
                    try channel.pipeline.syncOperations.addHandler(idle)
                }
                try channel.pipeline.syncOperations.addHandler(session)
            }
        }
        .bind(host: options.host, port: options.port).wait()
    let ready = Array("ready \(channel.localAddress?.port ?? options.port)\n".utf8)
    _ = unsafe ready.withUnsafeBytes { bytes in unsafe write(STDOUT_FILENO, bytes.baseAddress, bytes.count) }
    try channel.closeFuture.wait()
}

// Every record is in the file by the time its reply is sent: there is nothing to clean up.
signal(SIGTERM) { _ in _exit(0) }
signal(SIGINT) { _ in _exit(0) }
signal(SIGPIPE, SIG_IGN)

do {
    try serve(try ServerOptions(arguments: Array(CommandLine.arguments.dropFirst())))
} catch let error as ServerOptions.UsageError {
    leave("\(error.message)\n\n\(ServerOptions.usage)", 64)
} catch {
    leave("recording-smtp-server: \(error)", 73)
}
