// swift-tools-version:6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "campaign-engine",
    platforms: [.macOS(.v26)],
    products: [],
    targets: [
        .target(name: "CampaignDomain", swiftSettings: house),
        .testTarget(name: "CampaignDomainTests", dependencies: ["CampaignDomain"], swiftSettings: house),
    ]
)
