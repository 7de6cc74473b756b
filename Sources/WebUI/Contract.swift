import HTTPTypes
import JSON
import NIOPosix
import Synchronization
import TrainingConfiguration
import WebServer

/// The API's contract as JSON, read from its YAML when it is asked for first.
final class Contract: Sendable {
    private let files: ProjectFiles
    private let cached = Mutex<[UInt8]?>(nil)

    init(files: ProjectFiles) { self.files = files }

    /// The contract.
    ///
    /// - Throws: 404 when the server runs without the project's files.
    func json() async throws -> [UInt8] {
        if let bytes = cached.withLock({ $0 }) { return bytes }
        return try await NIOThreadPool.singleton.runIfActive { try self.read() }
    }

    private func read() throws -> [UInt8] {
        guard let text = files.contract() else {
            throw APIError(
                .notFound, code: "not_found",
                message: "The contract schemas/rest/openapi.yaml is not there. Set PIVOT_HOME to the project's folder.")
        }
        let value: JSONValue
        do throws(ConfigurationError) {
            value = try JSONValue(yaml: text)
        } catch {
            throw Self.unreadable("The contract schemas/rest/openapi.yaml cannot be read: \(error.description)")
        }
        guard !value.isNull else { throw Self.unreadable("The contract schemas/rest/openapi.yaml is empty.") }
        let bytes = value.encoded()
        cached.withLock { $0 = bytes }
        return bytes
    }

    private static func unreadable(_ message: String) -> APIError {
        APIError(.internalServerError, code: "internal_error", message: message)
    }
}
