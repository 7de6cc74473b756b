import Application
import Foundation
import JSON
import Processes
import Tracking

/// What a walk over a part of a data directory told, in a process of its own: a damaged page ends only that one.
struct DoctorWalk {
    private(set) var findings: [Finding] = []
    /// The digests that were named.
    private(set) var named: Set<Digest> = []
    /// Those among them that checkpoints and artifacts have.
    private(set) var files: Set<Digest> = []
    /// What was told at the end; nil when the process died before.
    private(set) var end: JSONValue?
    /// The position that was reached.
    private(set) var reached: Int64 = 0
    private(set) var exit = ProcessExit.code(0)

    /// Runs `pivot doctor-walk` over `part` of the data directory at `folder`.
    ///
    /// - Parameter progress: Called with the position that is reached.
    init(_ part: String, _ folder: String, isInUse: Bool, progress: (Int64) -> Void) async throws {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let child = try await ChildProcess.start(
            ProgramStart(
                path: executable,
                arguments: [executable, "doctor-walk", part, folder] + (isInUse ? ["--in-use"] : []),
                attachment: .supervised, output: .pipe, error: .discarded))
        let output = FileHandle(fileDescriptor: child.standardOutput, closeOnDealloc: true)
        var rest: [UInt8] = []
        while let piece = try output.read(upToCount: 1 << 16), !piece.isEmpty {
            rest += piece
            while let place = rest.firstIndex(of: UInt8(ascii: "\n")) {
                take(try JSONValue.parse(Array(rest[..<place])), progress)
                rest = Array(rest[(place + 1)...])
            }
        }
        exit = await child.waitUntilExit()
    }

    private mutating func take(_ line: JSONValue, _ progress: (Int64) -> Void) {
        if let position = line["at"]?.integerValue {
            reached = position
            progress(position)
        } else if let digest = line["blob"]?.stringValue.flatMap({ Digest($0) }) {
            named.insert(digest)
            if line["is_file"] == true { files.insert(digest) }
        } else if let finding = line["finding"].flatMap({ Finding($0) }) {
            findings.append(finding)
        } else if let told = line["end"] {
            end = told
        }
    }
}
