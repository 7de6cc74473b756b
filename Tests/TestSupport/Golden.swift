import Foundation
package import Testing

/// Compares what a test makes with a file that is committed beside it.
///
/// A missing golden writes itself **and fails**, so that nobody commits one unseen.
package enum Golden {
    /// Checks `bytes` against `Golden/<name>` in the folder of the calling test file.
    package static func expect(
        _ bytes: some Sequence<UInt8>, named name: String, filePath: StaticString = #filePath,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = URL(fileURLWithPath: "\(filePath)").deletingLastPathComponent().appendingPathComponent("Golden")
        let file = folder.appendingPathComponent(name)
        let actual = Data(bytes)
        guard FileManager.default.fileExists(atPath: file.path) else {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try actual.write(to: file)
            Issue.record(
                "the golden \(name) was missing and has been written: look at it", sourceLocation: sourceLocation)
            return
        }
        let expected = try Data(contentsOf: file)
        #expect(actual == expected, "differs from the golden \(name)", sourceLocation: sourceLocation)
    }
}
