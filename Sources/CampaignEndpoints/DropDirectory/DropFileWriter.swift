import CampaignDomain
import CampaignEngine
import CampaignMail
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Makes messages and writes them into `tmp/`. Used by one thread.
struct DropFileWriter: ~Copyable {
    enum Failure: Error {
        case rendering(String)
        case folder(EndpointFault)
    }

    private let folder: DropFolder
    private var marked: DropHandles?
    private var message: [UInt8] = []
    private var scratch = RenderScratch()

    init(_ folder: DropFolder) { self.folder = folder }

    /// Writes the message to `tmp/KEY`. Durable only after a flush that begins when this has returned.
    mutating func write(_ delivery: Delivery, into handles: DropHandles) throws(Failure) {
        try mark(handles)
        message.removeAll(keepingCapacity: true)
        let key = delivery.key.description
        do {
            try delivery.render(into: &message, key: key, scratch: &scratch)
        } catch {
            throw .rendering(error.reason)
        }
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let file = unsafe openat(handles.temporary, key, flags, 0o640)
        guard file >= 0 else { throw .folder(folder.fault("create a file in tmp/ of")) }
        defer { close(file) }
        var offset = 0
        while offset < message.count {
            let written = unsafe message.withUnsafeBytes { bytes in
                unsafe Glibc.write(file, bytes.baseAddress! + offset, bytes.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .folder(folder.fault("write a file in tmp/ of")) }
            offset += written
        }
    }

    private mutating func mark(_ handles: DropHandles) throws(Failure) {
        guard marked !== handles else { return }
        do throws(EndpointFault) {
            try folder.mark(handles)
        } catch {
            throw .folder(error)
        }
        marked = handles
    }
}
