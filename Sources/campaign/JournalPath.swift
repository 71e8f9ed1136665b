import Foundation

/// Which journal a command works on.
enum JournalPath {
    /// `--journal`, else `$CAMPAIGN_JOURNAL`, else `campaign.journal` beside the campaign file, else in the working
    /// directory.
    static func resolve(option: String?, environment: [String: String], campaignFile: String?) -> String {
        if let option, !option.isEmpty { return option }
        if let variable = environment["CAMPAIGN_JOURNAL"], !variable.isEmpty { return variable }
        guard let campaignFile else { return "campaign.journal" }
        return CampaignFile.resolve("campaign.journal", in: CampaignFile.directory(of: campaignFile))
    }

    /// The journal as hints name it: nil where a command finds it by itself.
    static func hint(_ path: String) -> String? {
        let environment = ProcessInfo.processInfo.environment
        return path == resolve(option: nil, environment: environment, campaignFile: nil) ? nil : path
    }
}
