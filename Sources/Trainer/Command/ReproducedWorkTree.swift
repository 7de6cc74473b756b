import Foundation
import Text
import Tracking

/// The files that a program of an earlier session ran with: a clean work tree of its repository at the recorded commit,
/// with the uncommitted changes that were recorded.
///
/// It lies in the reproduction's own folder and is taken away when the program has ended; the repository's own work tree
/// is not touched.
struct ReproducedWorkTree: Sendable {
    private let repository: String
    private let git: GitProgram
    /// The top of the work tree.
    let folder: String
    /// The folder in it that the program is to run in.
    let programFolder: String

    /// Makes the work tree in `parent`; one that an earlier attempt left there is replaced.
    ///
    /// - Parameter diff: The recorded difference to the commit, in git's format.
    /// - Throws: `.notReproducible`, with what is missing.
    init(_ reproduction: Reproduction, diff: [UInt8]?, git: GitProgram, in parent: String) async throws(TrainerError) {
        repository = reproduction.gitRepository
        self.git = git
        folder = parent + "/work-tree"
        programFolder = reproduction.gitPrefix.isEmpty ? folder : folder + "/" + reproduction.gitPrefix
        await remove()
        let commit = reproduction.gitCommit
        guard await git.output(["worktree", "add", "--force", "--detach", folder, commit], in: repository) != nil else {
            throw TrainerError(
                .notReproducible,
                "A work tree of the commit \(commit) cannot be created from the repository \(repository). Restore the "
                    + "repository and the commit.")
        }
        if let diff { try await apply(diff, in: parent) }
        guard FileManager.default.fileExists(atPath: programFolder) else {
            await remove()
            throw TrainerError(
                .notReproducible, "The commit \(commit) has no folder \(reproduction.gitPrefix), where the program ran."
            )
        }
    }

    /// `argument`, or when it is a path in the repository, the same path in this work tree.
    func moved(_ argument: String) -> String {
        argument.hasPrefix(repository + "/") ? folder + argument.dropFirst(repository.count) : argument
    }

    /// Takes the work tree away; what is not there is no error.
    func remove() async {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        _ = await git.output(["worktree", "remove", "--force", folder], in: repository)
        _ = await git.output(["worktree", "prune"], in: repository)
    }

    private func apply(_ diff: [UInt8], in parent: String) async throws(TrainerError) {
        let file = parent + "/recorded.diff"
        do {
            try Data(diff).write(to: URL(fileURLWithPath: file))
        } catch {
            await remove()
            throw TrainerError(
                .notReproducible, "The recorded changes cannot be written to \(file): \(FileFault.words(error)).")
        }
        guard await git.output(["apply", "--whitespace=nowarn", file], in: folder) != nil else {
            await remove()
            throw TrainerError(.notReproducible, "The recorded changes (\(file)) do not apply to the recorded commit.")
        }
    }
}
