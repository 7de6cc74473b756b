package import ArgumentParser
import Foundation
import Server
import Text
import Tracking
import TrackingClient
import TrainingConfiguration

/// The command line: parses the arguments, calls one function, and turns errors into one line and an exit status.
@main
package struct Pivot: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "pivot",
        abstract: "Run trainings, watch them, and keep a full record of them.",
        discussion: """
            Commands that talk to a server use the address in --url, else PIVOT_URL, else http://127.0.0.1:8000.

            Exit status:
            \(CommandStatus.table())
            """,
        version: "pivot \(PIVOTVersion.current)",
        subcommands: [
            ServeCommand.self, ServerCommand.self, TrainCommand.self, ReproduceCommand.self, SessionsCommand.self,
            MetricsCommand.self, AlertsCommand.self, NotificationsCommand.self, WebhooksCommand.self,
            CheckpointsCommand.self, ModelsCommand.self, ArtifactsCommand.self, LogsCommand.self, EventsCommand.self,
            ExportCommand.self, ImportCommand.self, DiffCommand.self, StorageCommand.self, AuditCommand.self,
            RedactCommand.self, RetentionCommand.self, BackupCommand.self, RestoreCommand.self, DoctorCommand.self,
            CompactCommand.self, RebuildCommand.self, SyncCommand.self, VersionCommand.self, TrainWorkerCommand.self,
            DoctorWalkCommand.self,
        ])

    package init() {}

    package static func main() async {
        let arguments = CommandArguments.joiningNegativeNumbers(Array(CommandLine.arguments.dropFirst()))
        do {
            if let failure = CommandArguments.unknownCommand(arguments, of: Pivot.self) { throw failure }
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            Console.standard.complain(error.message)
            Foundation.exit(error.status.rawValue)
        } catch let error as ClientError {
            let failure = CommandFailure(error)
            Console.standard.complain(failure.message)
            Foundation.exit(failure.status.rawValue)
        } catch let error as ConfigurationError {
            Console.standard.complain(error.description)
            Foundation.exit(CommandStatus.usage.rawValue)
        } catch let error as SettingFailure {
            Console.standard.complain(error.description)
            Foundation.exit(CommandStatus.usage.rawValue)
        } catch let error as ListenFailure {
            Console.standard.complain(error.description)
            Foundation.exit((error.isAddressWrong ? CommandStatus.usage : .failed).rawValue)
        } catch let error as ExitCode {
            Foundation.exit(error.rawValue)
        } catch {
            switch exitCode(for: error) {
            case .success:
                Console.standard.print(fullMessage(for: error))
            case .validationFailure:
                Console.standard.printError(fullMessage(for: error))
                Foundation.exit(CommandStatus.usage.rawValue)
            default:
                Console.standard.complain(FileFault.words(error))
                Foundation.exit(CommandStatus.failed.rawValue)
            }
        }
    }
}
