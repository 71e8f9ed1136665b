import CampaignFuzzing
import Glibc

/// libFuzzer's own main, as a function: takes its options, then calls back with one input after another.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Chosen once, before the first input: C calls back without a context.
private let property: Property = {
    let name = unsafe getenv("CAMPAIGN_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let property = Property(rawValue: name) else {
        let known = Property.allCases.map(\.rawValue).joined(separator: ", ")
        CampaignFuzz.say("CAMPAIGN_FUZZ_TARGET is `\(name)`; it must be one of \(known)")
        exit(64)
    }
    return property
}()

@main
enum CampaignFuzz {
    static func main() {
        _ = property
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        let status = unsafe runFuzzer(&count, &arguments) { start, count in
            let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
            do {
                try property.check(input)
            } catch {
                CampaignFuzz.say("\(property.rawValue): \(error)")
                abort()
            }
            return 0
        }
        exit(status)
    }

    static func say(_ message: String) {
        let line = Array("campaign-fuzz: \(message)\n".utf8)
        _ = unsafe write(STDERR_FILENO, line, line.count)
    }
}
