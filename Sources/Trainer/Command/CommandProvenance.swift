import Foundation
import JSON
import Processes
import Tracking

/// The provenance of a supervised program: what it is, where it runs, and which state of which repository that is.
struct CommandProvenance: Sendable {
    /// The largest difference to the last commit that is kept as an artifact, in bytes.
    static let maximumDiffByteCount = 1 << 20
    /// The artifact it is kept as.
    static let diffArtifact = "provenance/git.diff"

    /// Facts by name.
    private(set) var facts: JSONObject = [:]
    /// The difference between the last commit and the work tree, when there is one that may be kept.
    private(set) var diff: [UInt8]?
    /// The things that would be missing if the program had to be brought back; each a sentence.
    private(set) var warnings: [String] = []

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
            addUntracked(String(decoding: status, as: UTF8.self))
        }
        let arguments = ["diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD"]
        guard let diff = await git.output(arguments, in: top) else {
            return lose("they are too large to read, or git took too long")
        }
        guard !diff.isEmpty else { return }
        facts["git_diff_digest"] = .string(Digest(hashing: diff).description)
        guard diff.count <= Self.maximumDiffByteCount else {
            return lose("they take \(diff.count) bytes, but at most \(Self.maximumDiffByteCount) are kept")
        }
        self.diff = Array(diff)
    }

    /// The uncommitted changes are not kept, so that the program cannot be brought back as it was.
    private mutating func lose(_ reason: String) {
        facts["git_diff_missing"] = .string(reason)
        warnings.append("The uncommitted changes of the work tree are not kept: \(reason).")
    }

    /// Files that git does not know are neither in the commit nor in the difference to it.
    private mutating func addUntracked(_ status: String) {
        let names = status.split(separator: "\n").filter { $0.hasPrefix("?? ") }.map { String($0.dropFirst(3)) }
        guard !names.isEmpty else { return }
        let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
        facts["git_untracked"] = .string(shown)
        warnings.append("Files that git does not track are not kept: \(shown).")
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
