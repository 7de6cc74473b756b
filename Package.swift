// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in the Swift 6 language mode with these features on.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], linking libraries: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: settings,
        linkerSettings: libraries.map { .linkedLibrary($0) })
}

/// A test target; `fixtures` are folders that the tests read by path.
func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: fixtures, swiftSettings: settings)
}

let package = Package(
    name: "pivot",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "pivot", targets: ["pivot"]), .executable(name: "pivot-bench", targets: ["pivot-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CProcess"),

        library("JSON"),
        library("LMDB", ["CLMDB"]),
        library("Zstandard", ["CZstd"]),
        library("Zlib", ["CZlib"]),
        library("Processes", ["CProcess"]),
        library("Tracking", [.crypto, .protobuf]),
        library("TrainingConfiguration", ["JSON", .yams]),
        library("EventLog", ["LMDB", "Tracking", "Zstandard", .collections]),
        library("Blobs", ["JSON", "Tracking", "Zstandard", .nioCore]),
        library("Projections", ["LMDB", "EventLog", "JSON", "Tracking", .protobuf]),
        library("Reactors", ["EventLog", "Tracking", .log, .lifecycle]),
        library(
            "TrackingServer",
            [
                "EventLog", "Blobs", "JSON", "Processes", "Projections", "Reactors", "Tracking",
                "TrainingConfiguration",
                .hummingbird,
                .hummingbirdCore, .httpTypes, .log, .lifecycle, .nioCore, .nioPosix, .nioHTTP1, .nioWebSocket,
                .nioHTTPTypes, .nioHTTPTypesHTTP1, .unixSignals, .yams, .collections, .crypto, .protobuf,
            ]),
        library(
            "TrackingClient",
            ["JSON", "Tracking", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .log, .protobuf]),
        library("TensorEngine", ["COneDNN"], linking: ["dnnl", "gomp"]),
        library(
            "Trainer",
            [
                "JSON", "Processes", "TrackingClient", "TensorEngine", "Tracking", "TrainingConfiguration", "Zlib",
                .crypto, .log,
                .protobuf,
            ]),
        .executableTarget(
            name: "pivot",
            dependencies: [
                "TrackingServer", "TrackingClient", "Trainer", "EventLog", "Processes", "Projections", "Blobs", "JSON",
                "Tracking", "TrainingConfiguration", .argumentParser, .log, .lifecycle, .yams,
            ], swiftSettings: settings),
        .executableTarget(
            name: "pivot-bench",
            dependencies: [
                "Blobs", "EventLog", "JSON", "Projections", "TensorEngine", "Tracking", "Trainer",
                "TrainingConfiguration", .argumentParser, .protobuf,
            ], swiftSettings: settings),

        .target(name: "TestSupport", dependencies: ["Tracking"], path: "Tests/TestSupport", swiftSettings: settings),
        .executableTarget(
            name: "crash-child", dependencies: ["EventLog", "Tracking"], path: "Tests/CrashChild",
            swiftSettings: settings),
        tests("ArchitectureTests", []),
        tests("BlobsTests", ["Blobs", "TestSupport", "Tracking", .nioCore]),
        tests(
            "EventLogTests", ["EventLog", "LMDB", "Tracking", "TestSupport", "crash-child"], fixtures: ["Golden"]),
        tests("JSONTests", ["JSON", "TestSupport"]),
        tests("LMDBTests", ["LMDB", "TestSupport"]),
        tests(
            "PivotTests", ["pivot", "JSON", "TestSupport", "Tracking", "TrackingClient", .argumentParser],
            fixtures: ["Golden"]),
        tests("ProcessesTests", ["Processes", "TestSupport"]),
        tests(
            "ProjectionsTests", ["EventLog", "JSON", "LMDB", "Projections", "TestSupport", "Tracking", .protobuf]),
        tests("ReactorsTests", ["EventLog", "Reactors", "Tracking"]),
        tests("TensorEngineTests", ["TensorEngine"], fixtures: ["Fixtures"]),
        tests(
            "TrackingClientTests",
            ["JSON", "TestSupport", "Tracking", "TrackingClient", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix]),
        tests(
            "TrackingServerTests",
            [
                "TrackingServer", "EventLog", "JSON", "Processes", "Tracking", "TrainingConfiguration", "TestSupport",
                .hummingbird,
                .hummingbirdCore, .httpTypes, .log, .lifecycle, .nioCore, .nioPosix, .nioHTTP1, .nioWebSocket,
                .protobuf,
            ]),
        tests("TrackingTests", ["Tracking", "TestSupport", .protobuf], fixtures: ["Golden"]),
        tests(
            "TrainerTests",
            [
                "JSON", "Processes", "TensorEngine", "TestSupport", "Tracking", "TrackingClient", "Trainer",
                "TrainingConfiguration", "Zlib", .protobuf,
            ],
            fixtures: ["Checkpoints/Fixtures", "Data/Fixtures", "Metrics/Fixtures"]),
        tests("TrainingConfigurationTests", ["JSON", "TrainingConfiguration"]),
        tests("ZlibTests", ["Zlib"]),
        tests("ZstandardTests", ["Zstandard"]),
    ]
)

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let collections: Self = .product(name: "Collections", package: "swift-collections")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let httpTypes: Self = .product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore: Self = .product(name: "HummingbirdCore", package: "hummingbird")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let log: Self = .product(name: "Logging", package: "swift-log")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes: Self = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1: Self = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioWebSocket: Self = .product(name: "NIOWebSocket", package: "swift-nio")
    static let protobuf: Self = .product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams: Self = .product(name: "Yams", package: "Yams")
}
