// swift-tools-version:6.2
import PackageDescription

/// Where libFuzzer lies, for `make fuzz`: then everything is compiled with coverage, and `campaign-fuzz` exists.
let fuzzer = Context.environment["CAMPAIGN_FUZZER"]

/// Bugs that the simulator must find are compiled in only where this is set (`make mutants`).
let plantsMutants = Context.environment["CAMPAIGN_MUTANTS"] != nil
let mutants: [Target.Dependency] = plantsMutants ? ["CampaignMutants"] : []

let house: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (plantsMutants ? [.define("CAMPAIGN_MUTANTS")] : [])
    + (fuzzer == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer"])])

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
]
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")

let package = Package(
    name: "campaign-engine",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "CampaignEngine", targets: ["CampaignEngine"]),
        .library(name: "CampaignEndpoints", targets: ["CampaignEndpoints"]),
        .executable(name: "campaign", targets: ["campaign"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/onevcat/Rainbow", from: "4.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The journal.
        .systemLibrary(
            name: "CCampaignLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"]), .brew(["lmdb"])]),
        .target(
            name: "CampaignLMDB", dependencies: ["CCampaignLMDB"],
            swiftSettings: house + [.enableExperimentalFeature("Lifetimes")]),
        .target(name: "CampaignLog", dependencies: ["CampaignLMDB", crypto] + mutants, swiftSettings: house),

        // The pure middle.
        .target(name: "CampaignDomain", dependencies: mutants, swiftSettings: house),

        // Lists and messages.
        .target(name: "CampaignMail", dependencies: [mustache], swiftSettings: house),
        .target(name: "CampaignLists", dependencies: ["CampaignMail"], swiftSettings: house),

        // The engine and where it sends to.
        .target(
            name: "CampaignEngine",
            dependencies: [
                "CampaignDomain", "CampaignLists", "CampaignLog", "CampaignMail", crypto, logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ] + mutants,
            swiftSettings: house),
        .target(
            name: "CampaignSMTP", dependencies: nio + [nioSSL, nioTLS, crypto], swiftSettings: house),
        .target(name: "CCampaignFileSystem"),
        .target(
            name: "CampaignEndpoints",
            dependencies: ["CCampaignFileSystem", "CampaignDomain", "CampaignEngine", "CampaignMail", "CampaignSMTP"]
                + nio,
            swiftSettings: house),
        .target(
            name: "CampaignManifest", dependencies: ["CampaignDomain", "CampaignMail", yams], swiftSettings: house),
        .executableTarget(
            name: "campaign",
            dependencies: [
                "CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignMail", "CampaignManifest", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Rainbow", package: "Rainbow"),
            ],
            swiftSettings: house),

        // A world of its own to prove the engine in.
        .target(
            name: "CampaignSimulation",
            dependencies: [
                "CampaignDomain", "CampaignEngine", "CampaignLog", logging,
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house),
        .executableTarget(
            name: "simulate",
            dependencies: [
                "CampaignSimulation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + mutants,
            swiftSettings: house),

        // Tests, and the server that they send to.
        .executableTarget(
            name: "recording-smtp-server", dependencies: nio, path: "Tests/RecordingSMTPServer", swiftSettings: house),
        .testTarget(
            name: "RecordingSMTPServerTests",
            dependencies: ["recording-smtp-server", .product(name: "NIOCore", package: "swift-nio"), nioEmbedded],
            swiftSettings: house),
        .executableTarget(
            name: "CampaignLogProbe", dependencies: ["CampaignLog"], path: "Tests/CampaignLogProbe",
            swiftSettings: house),
        .target(name: "CCrashRecorder", path: "Tests/CCrashRecorder"),
        .executableTarget(
            name: "crash-images",
            dependencies: [
                "CCampaignFileSystem", "CCrashRecorder", "CampaignDomain", "CampaignEndpoints", "CampaignEngine",
                "CampaignLog", logging,
            ],
            path: "Tests/CrashImages", swiftSettings: house),
        .testTarget(name: "CrashImagesTests", dependencies: ["crash-images"], swiftSettings: house),
        .target(
            name: "CampaignFuzzing",
            dependencies: [
                "CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignLists", "CampaignLog", "CampaignMail",
                "CampaignManifest", "CampaignSMTP",
            ],
            path: "Tests/CampaignFuzzing", swiftSettings: house),
        .testTarget(name: "CampaignFuzzingTests", dependencies: ["CampaignFuzzing"], swiftSettings: house),
        .executableTarget(
            name: "golden-journals", dependencies: ["CampaignDomain", "CampaignEngine", "CampaignLog"],
            path: "Tests/GoldenJournals", swiftSettings: house),
        .target(
            name: "SecureTestServer", dependencies: nio + [nioSSL, crypto], path: "Tests/SecureTestServer",
            swiftSettings: house),
        .executableTarget(
            name: "campaign-bench",
            dependencies: [
                "CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignLog", crypto, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "bench/CampaignBench", swiftSettings: house),
        .testTarget(name: "CampaignLMDBTests", dependencies: ["CampaignLMDB"], swiftSettings: house),
        .testTarget(
            name: "CampaignLogTests", dependencies: ["CampaignLMDB", "CampaignLog", "CampaignLogProbe", crypto],
            swiftSettings: house),
        .testTarget(name: "CampaignDomainTests", dependencies: ["CampaignDomain"], swiftSettings: house),
        .testTarget(
            name: "CampaignSimulationTests", dependencies: ["CampaignDomain", "CampaignSimulation"],
            swiftSettings: house),
        .testTarget(
            name: "CampaignMailTests", dependencies: ["CampaignMail", mustache], swiftSettings: house),
        .testTarget(name: "CampaignListsTests", dependencies: ["CampaignLists", "CampaignMail"], swiftSettings: house),
        .testTarget(
            name: "CampaignSMTPTests", dependencies: ["CampaignSMTP", "SecureTestServer", nioEmbedded, nioSSL] + nio,
            swiftSettings: house),
        .testTarget(
            name: "CampaignManifestTests", dependencies: ["CampaignDomain", "CampaignManifest"], swiftSettings: house),
        .testTarget(
            name: "CampaignCLITests",
            dependencies: ["CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignManifest", "campaign"],
            swiftSettings: house),
        .testTarget(
            name: "CampaignProcessTests", dependencies: ["SecureTestServer", "campaign", "recording-smtp-server"],
            swiftSettings: house),
        .testTarget(
            name: "CampaignEndpointsTests",
            dependencies: [
                "CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignLog", "CampaignSMTP",
                "SecureTestServer",
            ] + nio,
            swiftSettings: house),
        .testTarget(
            name: "CampaignEngineTests",
            dependencies: [
                "CampaignDomain", "CampaignEndpoints", "CampaignEngine", "CampaignLog", logging,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: house),
    ] + (plantsMutants ? [.target(name: "CampaignMutants", path: "Tests/CampaignMutants", swiftSettings: house)] : [])
)

if let fuzzer {
    package.targets.append(
        .executableTarget(
            name: "campaign-fuzz", dependencies: ["CampaignFuzzing"], path: "Tests/CampaignFuzz", swiftSettings: house,
            linkerSettings: [.unsafeFlags(["-Xlinker", fuzzer]), .linkedLibrary("stdc++"), .linkedLibrary("m")]))
}
