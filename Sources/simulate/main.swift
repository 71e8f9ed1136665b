import CampaignSimulation
import Foundation

let lists = try SimulatedList.write(in: NSTemporaryDirectory() + "sim-lists")
let args = CommandLine.arguments
let from = UInt64(args[1])!
let count = UInt64(args[2])!
var marks = Marks()
let began = Date()
var failed = 0
var simulated: Int64 = 0
var ticks = 0
for seed in from..<(from + count) {
    let result = Simulation.run(seed: seed, lists, trace: args.count > 3 ? { print($0) } : nil)
    marks.add(result.marks)
    simulated += result.time
    ticks += result.ticks
    if let v = result.violation {
        failed += 1
        if failed < 15 { print("seed \(seed): \(v)") }
    }
    if count == 1 { print(result.logRoot, result.events, result.ticks, result.time, result.processes) }
}
let seconds = Date().timeIntervalSince(began)
print(
    "\(count) seeds, \(failed) failed, \(seconds) s, ticks \(ticks), simulated \(Double(simulated) / 1000 / seconds) x")
print("missing", marks.missing)
