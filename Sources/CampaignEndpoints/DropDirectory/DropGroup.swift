import CampaignDomain
import CampaignEngine

/// What one flush makes durable: files that were written, and renames.
struct DropGroup {
    private var prepared: [[Delivery]] = []
    private var reports: [DeliveryReport] = []
    /// Where something was written or renamed: one directory, or two when it was opened anew meanwhile.
    private var places: [DropHandles] = []

    /// Files that were complete before this call.
    mutating func add(written batch: [Delivery], in handles: DropHandles) {
        prepared.append(batch)
        touch(handles)
    }

    /// Shows messages whose claims are durable.
    mutating func show(_ batch: [Delivery], _ folder: DropFolder) {
        let handles = folder.current
        for delivery in batch {
            let outcome = handles.map { folder.show(delivery, in: $0) } ?? .notSent(folder.closedFault)
            reports.append(DeliveryReport(delivery, outcome))
        }
        if let handles { touch(handles) }
    }

    private mutating func touch(_ handles: DropHandles) {
        if !places.contains(where: { $0 === handles }) { places.append(handles) }
    }

    /// Makes everything durable, then reports it.
    consuming func flush(_ folder: DropFolder, _ reporter: EndpointReporter) {
        var fault: EndpointFault?
        for place in places where fault == nil { fault = folder.flush(place) }
        if let fault {
            for batch in prepared { reporter.unprepared(batch, fault) }
            // Shown, but perhaps not durably: the file is there or still in tmp/, and the next start finds out which. Until
            // then it must not count as sent.
            reporter.report(reports.map { $0.replacingSent(by: .inDoubt(fault)) })
        } else {
            for batch in prepared { reporter.prepared(batch) }
            reporter.report(reports)
        }
    }
}
