import CampaignDomain
import Yams

/// Reads an incident from YAML. Every mistake is an error that names its line.
package struct IncidentFile {
    package struct Mistake: Error, CustomStringConvertible {
        package var description: String
    }

    private let name: String

    package static func read(_ text: String, name: String) throws -> Incident {
        let file = IncidentFile(name: name)
        guard let root = try Yams.compose(yaml: text) else { throw Mistake(description: "\(name): the file is empty") }
        return try file.incident(root)
    }

    private func incident(_ root: Node) throws -> Incident {
        var incident = Incident()
        for (key, node) in try pairs(root) {
            switch key {
            case "row": incident.row = try text(node)
            case "title": incident.title = try text(node)
            case "there": incident.there = try text(node)
            case "here": incident.here = try text(node)
            case "recipients": incident.recipients = Int(try number(node))
            case "rejected": incident.rejected = Set(try items(node).map { Ordinal(try number($0)) })
            case "deferred-once": incident.deferredOnce = Int(try number(node))
            case "endpoints": incident.servers = try items(node).map(server)
            case "retry": incident.retry = try retry(node)
            case "store":
                for (key, node) in try pairs(node) {
                    switch key {
                    case "retries": incident.storeRetries = Int(try number(node))
                    case "interval": incident.storeIntervalMilliseconds = try duration(node)
                    default: throw unknown(key, node, ["retries", "interval"])
                    }
                }
            case "script": incident.steps = try items(node).map(step)
            case "expect":
                for (moment, node) in try pairs(node) { incident.expectations += try expectations(moment, node) }
            default:
                throw unknown(
                    key, node,
                    [
                        "row", "title", "there", "here", "recipients", "rejected", "deferred-once", "endpoints",
                        "retry",
                        "store", "script", "expect",
                    ])
            }
        }
        let moments = Set(incident.steps.compactMap(\.moment))
        if let lost = incident.expectations.first(where: { !moments.contains($0.moment) }) {
            throw Mistake(description: "\(lost.place): no step is called \(lost.moment)")
        }
        return incident
    }

    private func server(_ node: Node) throws -> SimulationOptions.Server {
        var server = SimulationOptions.Server(
            name: "", isDirectory: false, capacity: 1, policy: EndpointPolicy(), knowsItsMessages: false, latency: 1...5
        )
        var (retries, interval) = (5, Int64(10_000))
        for (key, node) in try pairs(node) {
            switch key {
            case "smtp": server.name = "smtp://\(try text(node))"
            case "directory":
                server.name = "dir:/\(try text(node))"
                server.isDirectory = true
                server.knowsItsMessages = true
            case "connections": server.capacity = Int(try number(node))
            case "retries": retries = Int(try number(node))
            case "interval": interval = try duration(node)
            default: throw unknown(key, node, ["smtp", "directory", "connections", "retries", "interval"])
            }
        }
        server.policy = EndpointPolicy(retries: retries, intervalMilliseconds: interval)
        guard !server.name.isEmpty else { throw mistake("an endpoint is smtp or directory", node) }
        return server
    }

    private func retry(_ node: Node) throws -> RetryPolicy {
        var (attempts, first) = (5, Int64(60_000))
        for (key, node) in try pairs(node) {
            switch key {
            case "attempts": attempts = Int(try number(node))
            case "first": first = try duration(node)
            default: throw unknown(key, node, ["attempts", "first"])
            }
        }
        return RetryPolicy(attempts: attempts, firstMilliseconds: first)
    }

    // MARK: The script

    private func step(_ node: Node) throws -> IncidentStep {
        var step = IncidentStep(moment: nil, trigger: IncidentTrigger(), actions: [], place: place(node))
        for (key, node) in try pairs(node) {
            switch key {
            case "moment": step.moment = try text(node)
            case "when": step.trigger = try trigger(node)
            case "do": step.actions = try items(node).map(action)
            default: throw unknown(key, node, ["moment", "when", "do"])
            }
        }
        return step
    }

    private func trigger(_ node: Node) throws -> IncidentTrigger {
        var trigger = IncidentTrigger()
        for (key, node) in try pairs(node) {
            switch key {
            case "settled": trigger.settled = UInt32(try number(node))
            case "more": trigger.more = UInt32(try number(node))
            case "deferred": trigger.deferred = UInt32(try number(node))
            case "elapsed": trigger.elapsedMilliseconds = try duration(node)
            case "ended": trigger.ended = try text(node) == "true"
            default: throw unknown(key, node, ["settled", "more", "deferred", "elapsed", "ended"])
            }
        }
        return trigger
    }

    private func action(_ node: Node) throws -> IncidentAction {
        if node.scalar == nil, let (key, value) = try pairs(node).first {
            switch key {
            case "store-down": return .storeDown(milliseconds: try duration(value))
            case "endpoint-down": return .endpointDown(Int(try number(value)), milliseconds: nil)
            case "endpoint-back": return .endpointBack(Int(try number(value)))
            case "copy": return .copy(host: try text(value))
            default: throw unknown(key, value, ["store-down", "endpoint-down", "endpoint-back", "copy"])
            }
        }
        let plain: [String: IncidentAction] = [
            "crash": .crash, "power-cut": .powerCut, "start": .start, "stop": .stop,
            "store-down": .storeDown(milliseconds: nil), "store-back": .storeBack, "adopt": .adopt,
            "second-engine": .secondEngine,
        ]
        let name = try text(node)
        guard let action = plain[name] else { throw unknown(name, node, plain.keys.sorted()) }
        return action
    }

    private func expectations(_ moment: String, _ node: Node) throws -> [IncidentExpectation] {
        try pairs(node).map { key, node in
            let quantity: IncidentQuantity
            var range: ClosedRange<Int64> = 1...1
            if key == "state" {
                let name = try text(node)
                guard let state = IncidentState(rawValue: name) else {
                    throw unknown(name, node, IncidentState.allCases.map(\.rawValue))
                }
                quantity = .state(state)
            } else if key.first?.isUppercase == true {
                quantity = .events(key)
                range = try self.range(node)
            } else if let measure = IncidentMeasure(rawValue: key) {
                quantity = .measure(measure)
                range = try measure.isDuration ? 0...duration(node) : self.range(node)
            } else {
                throw unknown(key, node, IncidentMeasure.allCases.map(\.rawValue) + ["state", "an event's name"])
            }
            return IncidentExpectation(moment: moment, quantity: quantity, range: range, place: place(node))
        }
    }

    // MARK: Values

    /// `7`, or `3..20`.
    private func range(_ node: Node) throws -> ClosedRange<Int64> {
        let words = try text(node).split(separator: ".", omittingEmptySubsequences: true)
        let bounds = words.compactMap { Int64($0) }
        guard bounds.count == words.count, (1...2).contains(bounds.count), bounds[0] <= bounds[bounds.count - 1] else {
            throw mistake("a number or FROM..TO is wanted", node)
        }
        return bounds[0]...bounds[bounds.count - 1]
    }

    private func number(_ node: Node) throws -> Int64 {
        guard let number = Int64(try text(node)), (0...Int64(UInt32.max)).contains(number) else {
            throw mistake("a number from 0 on is wanted", node)
        }
        return number
    }

    /// `500ms`, `10s`, `5m`, `2h`.
    private func duration(_ node: Node) throws -> Int64 {
        let word = try text(node)
        let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
        for (unit, factor) in units where word.hasSuffix(unit) {
            if let number = Int64(word.dropLast(unit.count)), (0...1_000_000).contains(number) {
                return number * factor
            }
        }
        throw mistake("a duration such as 500ms, 10s, 5m or 2h is wanted", node)
    }

    private func text(_ node: Node) throws -> String {
        guard let scalar = node.scalar else { throw mistake("a plain value is wanted", node) }
        return scalar.string
    }

    private func items(_ node: Node) throws -> [Node] {
        guard let sequence = node.sequence else { throw mistake("a list is wanted", node) }
        return Array(sequence)
    }

    private func pairs(_ node: Node) throws -> [(String, Node)] {
        guard let mapping = node.mapping else { throw mistake("keys and values are wanted", node) }
        return try mapping.map { (try text($0.key), $0.value) }
    }

    private func place(_ node: Node) -> String { "\(name):\(node.mark?.line ?? 0)" }

    private func mistake(_ sentence: String, _ node: Node) -> Mistake {
        Mistake(description: "\(place(node)): \(sentence)")
    }

    private func unknown(_ key: String, _ node: Node, _ known: [String]) -> Mistake {
        mistake("\(key) is not known here; known are: \(known.joined(separator: ", "))", node)
    }
}
