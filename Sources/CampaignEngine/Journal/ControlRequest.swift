package import CampaignDomain
package import CampaignLog
import Foundation

/// What a person asks of a job from outside the process that sends it.
public enum ControlRequest: Codable, Hashable, Sendable {
    case pause(job: UInt32, reason: String)
    case unpause(job: UInt32)
    case abort(job: UInt32, reason: String)
    /// A person's decision about doubts; no ordinals means all of the job's. `verdict` is a ``DoubtVerdict``'s raw value;
    /// `knowing` is ``JobState/doubtsNamed`` when the person looked: a later doubt is not touched.
    case resolve(job: UInt32, ordinals: [UInt32]?, verdict: UInt8, evidence: String, knowing: UInt32? = nil)
    /// About the endpoint of this name, options apart.
    case endpoint(job: UInt32, name: String, EndpointRequest)

    var job: JobID {
        switch self {
        case .pause(let job, _), .unpause(let job), .abort(let job, _), .resolve(let job, _, _, _, _),
            .endpoint(let job, _, _):
            JobID(job)
        }
    }
}

extension ControlRequest {
    /// What another process writes into the journal to ask this of the running engine.
    package func tablePut(time: Timestamp, processID: Int32) throws -> TablePut {
        try ControlTable.put(self, time: time, processID: processID).put
    }
}

/// A request as it lies in the control table; `request` is nil when its bytes are none.
struct StoredControlRequest: Sendable {
    var key: UInt64
    var request: ControlRequest?
}

/// The control table: written by other processes, emptied by the engine in the commit that holds the request's events.
enum ControlTable {
    static func pending(_ store: any EventStore) throws -> [StoredControlRequest] {
        var found: [StoredControlRequest] = []
        try store.scan(.control, from: nil) { key, value in
            guard case .number(let number) = key else { return true }
            let data = Foundation.Data(value.copy(0..<value.byteCount))
            found.append(
                StoredControlRequest(key: number, request: try? JSONDecoder().decode(ControlRequest.self, from: data)))
            return found.count < 1000
        }
        return found
    }

    /// Keys are times with the process's number in the low bits: in order, and two processes never share one.
    static func put(
        _ request: ControlRequest, time: Timestamp = .current, processID: Int32 = getpid()
    ) throws -> (key: UInt64, put: TablePut) {
        let key = UInt64(max(time.milliseconds, 0)) << 22 | UInt64(truncatingIfNeeded: processID) & 0x3F_FFFF
        return (key, TablePut(table: .control, key: .number(key), value: Array(try JSONEncoder().encode(request))))
    }
}
