import Application
package import ArgumentParser
import Blobs
import EventLog
import Foundation
import JSON
import Server
import Tracking
import Transparency

/// `pivot restore`
package struct RestoreCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a data directory from a backup.",
        discussion: """
            Fills an empty folder from a backup that `pivot backup` wrote: a folder, a tar archive, or - for one on \
            standard input. Every record is compared with its checksums and all of them with the root that the backup's \
            manifest tells, every blob with its digest; then the read models are built. With --since they must also \
            continue the log that a saved note of a tree head is of; with --key that note must be signed by the log.

            Webhooks are told nothing by a server on the restored data until `pivot webhooks resume`. The key log-key is \
            in no backup: without a copy of it in the folder the server signs as a new log.

            Exit status:
            \(CommandStatus.table([.done, .failed, .usage]))

            Examples:
              pivot restore /backups/pivot --data-dir /data/pivot
              zstd -dc pivot.tar.zst | pivot restore - --data-dir /data/pivot
            """)

    @Argument(help: "The backup: a folder, a .tar, or - for standard input.")
    var backup: String
    @Option(
        name: .customLong("data-dir"),
        help: ArgumentHelp("The data directory to make: a folder that is empty or missing.", valueName: "folder"))
    var dataDirectory: String
    @Option(
        help: ArgumentHelp("A file with a note of a tree head of the same log, saved earlier.", valueName: "note"))
    var since: String?
    @OptionGroup var trusted: KeyOption
    @Flag(help: "Print JSON.")
    var json = false

    package init() {}

    package func validate() throws {
        guard trusted.key.isEmpty || since != nil else {
            throw ValidationError("--key is for the note of --since. Give both, or leave --key out.")
        }
    }

    package func run() async throws {
        let start = ContinuousClock().now
        let meter = BackupMeter()
        var options = EventLogOptions()
        options.release = PIVOTVersion.current
        let expected = try since.map { try treeHead(in: $0) }
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: backup, isDirectory: &isFolder)
        guard backup == "-" || isThere else { throw CommandFailure(.usage, "There is no backup at \(backup).") }
        let restoration: Restoration
        let manifest: BackupManifest
        if backup != "-", isFolder.boolValue {
            let reader = try BackupReader(path: backup)
            restoration = try Restoration(path: dataDirectory, expecting: expected, options: options)
            try await reader.feed(restoration) { meter.update($0) }
            manifest = reader.manifest
        } else {
            let descriptor = backup == "-" ? STDIN_FILENO : open(backup, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw CommandFailure(.usage, "\(backup) cannot be read: \(String(cString: strerror(errno))).")
            }
            defer { if descriptor != STDIN_FILENO { close(descriptor) } }
            restoration = try Restoration(path: dataDirectory, expecting: expected, options: options)
            var reader = TarBackupReader(descriptor)
            manifest = try reader.feed(restoration) { meter.update(readByteCount: $0) }
        }
        let damaged = try await restoration.finish(manifest) { meter.update($0) }
        let console = Console.standard
        _ = try await OfflineRebuild.run(in: restoration.directory) { position, head in
            console.setStatus("read models: \(position) of \(head)")
        }
        let missing = try await MissingFiles.digests(inFolderAt: dataDirectory)
        restoration.directory.unlock()
        meter.finish()
        show(manifest, damaged.map(\.digest), missing, ContinuousClock().now - start)
        guard damaged.isEmpty, missing.isEmpty else {
            throw CommandFailure(
                .failed,
                (damaged.map { "\($0.digest): \($0.fault)" }
                    + missing.map { "\($0): it is named and not in the backup." })
                    .joined(separator: " ") + " All else is restored.")
        }
    }

    private func show(_ manifest: BackupManifest, _ damaged: [Digest], _ missing: [Digest], _ elapsed: Duration) {
        let console = Console.standard
        if json {
            console.printJSON([
                "position": .count(manifest.tree.size), "root": .string(manifest.tree.root.base64),
                "blobs": .count(manifest.objectCount), "damaged": .array(damaged.map { .string($0.description) }),
                "missing": .array(missing.map { .string($0.description) }), "webhooks": "paused",
                "seconds": .number(elapsed / .seconds(1)),
            ])
            return
        }
        console.print(
            "Restored \(manifest.tree.size) records and \(manifest.objectCount) blobs into \(dataDirectory) in "
                + "\(HumanFormat.duration(elapsed)), as of the backup of \(manifest.createdAt). The read models are built."
        )
        console.print(
            "Webhooks are paused: when no other server tells them the same, run `\(ProgramName.typed) webhooks resume`."
        )
        console.print(
            "log-key, log-head and webhook-secret are in no backup. Copy yours into the folder before the first start, or a "
                + "new key signs, and the secrets of webhooks have to be set again.")
    }

    /// The tree head that the note at `path` is of, signed by a key that is trusted unless none was given.
    private func treeHead(in path: String) throws -> TreeHead {
        let (bytes, keys) = (try TreeHeadFile.read(path), try trusted.keys())
        guard keys.isEmpty else {
            do throws(AuditFault) {
                return try LogIdentity(keys).verified(bytes, "The note \(path)").treeHead.head
            } catch {
                throw CommandFailure(.failed, "\(error) Nothing was restored.")
            }
        }
        Console.standard.printError(
            "No key was given, so the signature of \(path) is not looked at. Give the log's key with --key.")
        do throws(NoteError) {
            return try SignedTreeHead(Note(bytes)).head
        } catch {
            throw CommandFailure(.usage, "\(path) is no note of a tree head: \(error)")
        }
    }
}
