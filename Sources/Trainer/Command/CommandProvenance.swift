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
    /// The largest that is looked at.
    private static let readByteCount = 16 << 20
    private static let gitTime = Duration.seconds(20)

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
        await addRepository(start.folder, environment)
    }

    private mutating func addRepository(_ folder: String, _ environment: [String: String]) async {
        guard let top = await git(["rev-parse", "--show-toplevel"], folder, environment).map(Self.line), !top.isEmpty
        else {
            return
        }
        facts["git_repository"] = .string(top)
        if let prefix = await git(["rev-parse", "--show-prefix"], folder, environment).map(Self.line), !prefix.isEmpty {
            facts["git_prefix"] = .string(prefix)
        }
        guard let commit = await git(["rev-parse", "--verify", "HEAD"], folder, environment).map(Self.line) else {
            return
        }
        facts["git_commit"] = .string(commit)
        if let branch = await git(["rev-parse", "--abbrev-ref", "HEAD"], folder, environment).map(Self.line) {
            facts["git_branch"] = .string(branch)
        }
        if let status = await git(["status", "--porcelain"], top, environment) {
            facts["git_dirty"] = .bool(!status.isEmpty)
        }
        let arguments = ["diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "HEAD"]
        guard let diff = await git(arguments, top, environment), !diff.isEmpty else { return }
        facts["git_diff_digest"] = .string(Digest(hashing: diff).description)
        if diff.count <= Self.maximumDiffByteCount { self.diff = Array(diff) }
    }

    /// What git answers; nil where there is no git or no repository, or when it takes too long.
    private func git(_ arguments: [String], _ folder: String, _ environment: [String: String]) async -> Data? {
        guard let path = AllowedCommands.lookUp("git", in: environment["PATH"] ?? "") else { return nil }
        var variables = environment.filter { ["PATH", "HOME", "USER", "LANG", "TMPDIR"].contains($0.key) }
        variables["GIT_OPTIONAL_LOCKS"] = "0"
        variables["GIT_TERMINAL_PROMPT"] = "0"
        // A repository's own settings must not start programs here.
        let start = ProgramStart(
            path: path, arguments: ["git", "-c", "core.fsmonitor=false", "--no-pager"] + arguments,
            environment: variables, folder: folder)
        do throws(ProcessError) {
            let output = try await CapturedOutput.of(start, atMost: Self.readByteCount, within: Self.gitTime)
            return output?.exit.isSuccess == true ? output?.bytes : nil
        } catch {
            return nil
        }
    }

    private static func line(_ data: Data) -> String {
        String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
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
