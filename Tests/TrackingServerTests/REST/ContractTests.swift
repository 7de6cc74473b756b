import Foundation
import JSON
import Logging
import Synchronization
import TestSupport
import Testing
import TrackingServer
import TrainingConfiguration

@Suite("The contract of the API")
struct ContractTests {
    @Test("every route stands in the contract, and every operation of the contract is a route")
    func routesAndContract() async throws {
        let directory = try TemporaryDirectory()
        let served = Set(
            try await Self.routes(dataFolder: directory.path + "/data")
                .filter { !$0.hasPrefix("HEAD ") }.map(Self.normalized))
        let promised = Set(try Self.contract().map(Self.normalized))
        #expect(served.subtracting(promised).sorted() == [])
        #expect(promised.subtracting(served).sorted() == [])
        #expect(served.count > 50)
    }

    /// The routes of a server that is started and, once it listens, ended.
    private static func routes(dataFolder: String) async throws -> Set<String> {
        let configuration = try ServerConfiguration(
            resolving: ConfigurationSource(
                ["port": 0, "data_dir": .string(dataFolder), "launcher": ["enabled": false]]))
        let (routes, continuation) = AsyncStream<[String]>.makeStream()
        let listening = AsyncStream<Void>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let environment = TrackingServer.Environment(
            executable: "/bin/false", variables: [:], onListening: { _ in listening.continuation.finish() },
            onRoutes: { described in
                continuation.yield(described)
                continuation.finish()
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [logger] in
                defer { listening.continuation.finish() }
                try await TrackingServer.run(configuration, in: environment, logger: logger)
            }
            for await _ in listening.stream {}
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // Asked for above.
            }
        }
        continuation.finish()
        return await routes.reduce(into: []) { $0.formUnion($1) }
    }

    /// `GET /a/{x}` with every parameter, also one that takes many parts, written alike.
    private static func normalized(_ route: String) -> String {
        let parts = route.split(separator: " ", maxSplits: 1)
        let path = parts[1].split(separator: "/").map { part in
            part.hasPrefix(":") || part.hasPrefix("{") || part.hasPrefix("*") ? "{}" : String(part)
        }
        return parts[0].uppercased() + " /" + path.joined(separator: "/")
    }

    /// The contract's operations, read from the indentation of its paths.
    private static func contract() throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../schemas/rest/openapi.yaml").standardizedFileURL
        var operations: [String] = []
        var path: Substring?
        var isInPaths = false
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if !line.hasPrefix(" ") { isInPaths = line == "paths:" }
            guard isInPaths else { continue }
            if line.hasPrefix("  /"), let end = line.lastIndex(of: ":") {
                path = line.dropFirst(2)[..<end]
            } else if let path, line.hasPrefix("    "), !line.hasPrefix("     ") {
                let word = line.dropFirst(4).prefix { $0 != ":" }
                if ["get", "put", "post", "patch", "delete"].contains(word) { operations.append("\(word) \(path)") }
            }
        }
        return operations
    }
}
