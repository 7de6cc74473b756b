// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in the Swift 6 language mode with these features on.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A target; `files` are folders and files beside its sources that are not compiled.
func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], linking libraries: [String] = [],
    beside files: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: files, swiftSettings: settings,
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
        .library(name: "StoreTesting", targets: ["StoreTesting"]),
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
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .systemLibrary(name: "CProcess"),
        .systemLibrary(name: "CFile"),
        .systemLibrary(name: "CNVML"),
        .systemLibrary(name: "CDigest"),

        library("JSON"),
        library("Text"),
        library("Checksum", ["CDigest"]),
        library("LMDB", ["Checksum", "CLMDB"]),
        library("Compression", ["CZlib", "CZstd"]),
        library("Machine", ["CNVML"]),
        library("Processes", ["CProcess", "Machine"]),
        library("Safetensors", ["JSON"]),
        library("Transparency", [.crypto]),
        library("Tracking", ["JSON", .crypto, .protobuf]),
        library("TrainingConfiguration", ["JSON", "Text", "Tracking", .yams]),
        library(
            "EventLog",
            ["Checksum", "Compression", "LMDB", "Text", "Tracking", "Transparency", .collections]),
        library(
            "Blobs",
            ["CDigest", "CFile", "Checksum", "Compression", "JSON", "LMDB", "Safetensors", "Tracking", .nioCore]),
        library("ReadModels", ["LMDB", "EventLog", "JSON", "Text", "Tracking", .protobuf]),
        library(
            "Delivery",
            ["Application", "Compression", "Tracking", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .nioSSL]),
        library(
            "Reactors",
            [
                "Application", "Blobs", "EventLog", "Machine", "Processes", "ReadModels", "Text", "Tracking", .log,
                .protobuf,
            ]),
        library(
            "Application",
            [
                "Blobs", "Checksum", "EventLog", "JSON", "Machine", "Processes", "ReadModels", "Text", "Tracking",
                "TrainingConfiguration", "Transparency", .crypto, .lifecycle, .log, .nioCore, .protobuf,
            ]),
        library("API", ["JSON", "Text", "Tracking", .protobuf]),
        library("ExportFormats", ["API", "Checksum", "Compression", "JSON", "Tracking"]),
        library(
            "WebServer",
            [
                "JSON", "Text", .collections, .hummingbird, .hummingbirdCore, .httpTypes, .lifecycle, .log, .nioCore,
                .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .nioWebSocket,
            ]),
        library(
            "REST",
            [
                "API", "Application", "Blobs", "Compression", "EventLog", "JSON", "Machine", "ReadModels", "Text",
                "Tracking", "TrainingConfiguration", "Transparency", "WebServer", .hummingbird, .httpTypes, .lifecycle,
                .log, .nioCore, .protobuf,
            ]),
        library(
            "LiveFeeds",
            [
                "API", "Application", "EventLog", "JSON", "REST", "Tracking", "WebServer", .collections, .hummingbird,
                .httpTypes, .lifecycle, .log, .nioCore,
            ]),
        library(
            "Exporters",
            [
                "API", "Application", "Blobs", "Compression", "ExportFormats", "JSON", "REST", "Tracking", "WebServer",
                .hummingbird, .httpTypes, .nioCore,
            ]),
        library(
            "WebUI",
            [
                "API", "Compression", "JSON", "REST", "Text", "Tracking", "TrainingConfiguration", "WebServer",
                .hummingbird,
                .httpTypes, .nioCore, .nioPosix,
            ], beside: ["Page"]),
        library(
            "Server",
            [
                "Application", "Blobs", "Delivery", "EventLog", "Exporters", "LMDB", "LiveFeeds", "Machine",
                "Processes",
                "REST", "Reactors",
                "ReadModels",
                "Tracking",
                "TrainingConfiguration", "Transparency", "WebServer", "WebUI", .httpTypes, .hummingbird, .lifecycle,
                .log,
                .nioCore,
                .unixSignals,
            ]),
        library(
            "TrackingClient",
            ["API", "JSON", "Text", "Tracking", .asyncHTTPClient, .nioCore, .nioHTTP1, .nioPosix, .protobuf]),
        library("Scans", ["Compression", "Text", "TrainingConfiguration", .csv]),
        library("TensorEngine", ["COneDNN"], linking: ["dnnl", "gomp"]),
        library(
            "Trainer",
            [
                "API", "Compression", "JSON", "Machine", "Processes", "Safetensors", "Scans", "TensorEngine", "Text",
                "Tracking", "TrackingClient", "TrainingConfiguration", .crypto, .log, .protobuf,
            ]),
        .executableTarget(
            name: "pivot",
            dependencies: [
                "API", "Application", "Blobs", "EventLog", "ExportFormats", "JSON", "Processes", "ReadModels", "Server",
                "Text", "Tracking", "TrackingClient", "Trainer", "TrainingConfiguration", "Transparency",
                .argumentParser, .log,
                .protobuf,
            ], swiftSettings: settings),
        .executableTarget(
            name: "pivot-bench",
            dependencies: [
                "Blobs", "EventLog", "ExportFormats", "JSON", "Processes", "ReadModels", "TensorEngine", "Tracking",
                "Trainer", "TrainingConfiguration", "Transparency", .argumentParser, .nioCore, .nioPosix, .protobuf,
            ], swiftSettings: settings),

        library("StoreTesting", ["Blobs", "EventLog", "TestSupport", "Tracking", .nioCore]),

        .target(
            name: "TestSupport", dependencies: ["Tracking"], path: "Tests/TestSupport", exclude: ["Fixtures"],
            swiftSettings: settings),
        .target(
            name: "TrackerTesting",
            dependencies: [
                "Application", "Blobs", "EventLog", "JSON", "LMDB", "Processes", "ReadModels", "TestSupport",
                "Tracking",
                .nioCore, .protobuf,
            ], path: "Tests/TrackerTesting", swiftSettings: settings),
        .executableTarget(
            name: "crash-child", dependencies: ["EventLog", "Tracking"], path: "Tests/CrashChild",
            swiftSettings: settings),
        .target(
            name: "WebServerTesting",
            dependencies: ["JSON", "WebServer", .hummingbird, .lifecycle, .log, .nioCore, .nioPosix],
            path: "Tests/WebServerTesting", swiftSettings: settings),
        tests("APITests", ["API", "JSON", .yams]),
        tests(
            "ApplicationTests",
            [
                "Application", "Blobs", "EventLog", "JSON", "LMDB", "Machine", "Processes", "ReadModels", "TestSupport",
                "TrackerTesting", "Tracking", "TrainingConfiguration", "Transparency", .nioCore, .protobuf,
            ]),
        tests("ArchitectureTests", []),
        tests("BlobsTests", ["Blobs", "Checksum", "StoreTesting", "TestSupport", "Tracking", .nioCore]),
        tests("ChecksumTests", ["Checksum"]),
        tests("CompressionTests", ["Compression"]),
        tests(
            "EventLogTests",
            ["EventLog", "LMDB", "StoreTesting", "TestSupport", "Tracking", "Transparency", "crash-child"],
            fixtures: ["Golden"]),
        tests("ExportFormatsTests", ["ExportFormats", "JSON", "TestSupport", "Tracking"], fixtures: ["Golden"]),
        tests("JSONTests", ["JSON", "TestSupport"]),
        tests("LMDBTests", ["LMDB", "TestSupport"]),
        tests(
            "LiveFeedsTests",
            [
                "API", "Application", "EventLog", "JSON", "LiveFeeds", "REST", "Tracking", "WebServer",
                "WebServerTesting", .log, .nioCore, .protobuf,
            ]),
        tests(
            "RESTTests",
            [
                "API", "Application", "Blobs", "Compression", "EventLog", "ExportFormats", "Exporters", "JSON",
                "LiveFeeds", "Machine",
                "REST",
                "ReadModels", "TestSupport",
                "Text", "TrackerTesting", "Tracking", "Transparency", "WebServer", "WebUI", .httpTypes, .hummingbird,
                .hummingbirdTesting, .log,
                .nioCore,
                .protobuf,
            ]),
        tests(
            "PivotTests",
            [
                "API", "pivot", "JSON", "TestSupport", "Text", "Tracking", "TrackingClient", "Transparency",
                .argumentParser,
            ],
            fixtures: ["Golden"]),
        tests("MachineTests", ["Machine", "TestSupport"]),
        tests("ProcessesTests", ["Processes", "TestSupport"]),
        tests(
            "ReadModelsTests", ["EventLog", "JSON", "LMDB", "ReadModels", "TestSupport", "Tracking", .protobuf]),
        tests("DeliveryTests", ["Application", "Delivery", "Tracking", .nioCore]),
        tests(
            "ReactorsTests",
            [
                "Application", "Blobs", "EventLog", "JSON", "ReadModels", "Reactors", "TestSupport", "TrackerTesting",
                "Tracking", .log, .nioCore, .protobuf,
            ]),
        tests("SafetensorsTests", ["Safetensors"]),
        tests(
            "SimulationTests",
            [
                "Application", "Blobs", "EventLog", "JSON", "LMDB", "Processes", "ReadModels", "Reactors",
                "StoreTesting", "TestSupport", "TrackerTesting", "Tracking", "Transparency", .log, .nioCore, .protobuf,
            ]),
        tests("ScansTests", ["JSON", "Scans", "TestSupport", "TrainingConfiguration"], fixtures: ["Fixtures"]),
        tests("TensorEngineTests", ["TensorEngine"], fixtures: ["Fixtures"]),
        tests("TransparencyTests", ["TestSupport", "Transparency", .crypto], fixtures: ["Bundles", "Golden"]),
        tests(
            "TrackingClientTests",
            [
                "API", "JSON", "TestSupport", "Tracking", "TrackingClient", .nioCore, .nioHTTP1, .nioPosix, .protobuf,
            ]),
        tests("TrackingTests", ["Tracking", "TestSupport", .protobuf], fixtures: ["Golden"]),
        tests(
            "TrainerTests",
            [
                "API", "Compression", "JSON", "Machine", "Processes", "Safetensors", "Scans", "TensorEngine",
                "TestSupport", "Tracking",
                "TrackingClient", "Trainer", "TrainingConfiguration", .protobuf,
            ],
            fixtures: ["Checkpoints/Fixtures", "Metrics/Fixtures"]),
        tests("TrainingConfigurationTests", ["JSON", "TrainingConfiguration"]),
        tests(
            "WebServerTests",
            [
                "JSON", "TestSupport", "WebServer", "WebServerTesting", .hummingbird, .httpTypes, .log, .nioCore,
                .nioEmbedded, .nioHTTP1, .nioPosix, .nioWebSocket,
            ]),
    ]
)

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient: Self = .product(name: "AsyncHTTPClient", package: "async-http-client")
    static let collections: Self = .product(name: "Collections", package: "swift-collections")
    static let nioSSL: Self = .product(name: "NIOSSL", package: "swift-nio-ssl")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let httpTypes: Self = .product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore: Self = .product(name: "HummingbirdCore", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let log: Self = .product(name: "Logging", package: "swift-log")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioEmbedded: Self = .product(name: "NIOEmbedded", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes: Self = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1: Self = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let nioWebSocket: Self = .product(name: "NIOWebSocket", package: "swift-nio")
    static let protobuf: Self = .product(name: "SwiftProtobuf", package: "swift-protobuf")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let csv: Self = .product(name: "SwiftCSV", package: "SwiftCSV")
    static let yams: Self = .product(name: "Yams", package: "Yams")
}
