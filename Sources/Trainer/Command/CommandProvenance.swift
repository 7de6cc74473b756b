import Foundation
import JSON
import Processes
import Tracking

/// What is recorded of a supervised program: what it is, where it runs, and which state of which repository that is.
struct CommandProvenance: Sendable {
    /// The largest difference to the last commit that is kept as an artifact, in bytes.
    static let maximumDiffByteCount = 1 << 20
    /// The artifact it is kept as.
    static let diffArtifact = "provenance/git.diff"

    /// Facts by name.
    private(set) var facts: JSONObject = [:]
    /// The difference between the last commit and the work tree, when there is one that may be kept.
    private(set) var diff: [UInt8]?

    /// Looks at the program of `start`; what cannot be found out is left out.
    init(_ start: ProgramStart, environment: [String: String]) async {
        facts["command_line"] = .string(String(Self.commandLine(start.arguments).prefix(8192)))
        facts["working_directory"] = .string(start.folder)
        facts["program"] = .string(start.path)
        if let digest = FileDigest.digest(of: start.path) { facts["program_digest"] = .string(digest.description) }
        if let git = GitProgram(environment) { await addRepository(start.folder, git) }
    }

    private mutating func addRepository(_ folder: String, _ git: GitProgram) async {
        guard let top = await git.line(["rev-parse", "--show-toplevel"], in: folder), !top.isEmpty else { return }
        facts["git_repository"] = .string(top)
        if let prefix = await git.line(["rev-parse", "--show-prefix"], in: folder), !prefix.isEmpty {
            facts["git_prefix"] = .string(prefix)
        }
        guard let commit = await git.line(["rev-parse", "--verify", "HEAD"], in: folder) else {
            return
        }
        facts["git_commit"] = .string(commit)
        if let branch = await git.line(["rev-parse", "--abbrev-ref", "HEAD"], in: folder) {
            facts["git_branch"] = .string(branch)
        }
        if let status = await git.output(["status", "--porcelain"], in: top) {
            facts["git_dirty"] = .bool(!status.isEmpty)
        }
        let arguments = ["diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD"]
        guard let diff = await git.output(arguments, in: top), !diff.isEmpty else { return }
        facts["git_diff_digest"] = .string(Digest(hashing: diff).description)
        if diff.count <= Self.maximumDiffByteCount { self.diff = Array(diff) }
    }

    /// The arguments as a shell would take them.
    static func commandLine(_ arguments: [String]) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+@%".utf8)
        return arguments.map { argument in
            if !argument.isEmpty, argument.utf8.allSatisfy({ plain.contains($0) }) { return argument }
            return "'" + argument.replacing("'", with: "'\\''") + "'"
        }.joined(separator: " ")
    }
}
