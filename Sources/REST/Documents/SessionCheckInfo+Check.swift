import API
import Application
import HTTPTypes
import JSON
import Tracking
import TrainingConfiguration
import WebServer

extension SessionCheckInfo {
    /// - Throws: What is no refusal among the reasons, but a failure of the server.
    init(_ check: SessionCheck) throws {
        self.init()
        problems = try check.refusals.flatMap { try SessionProblem.all(of: $0) }
        isValid = problems.isEmpty
        guard let resolved = check.configuration else { return }
        sessionName = check.name
        warnings = resolved.warnings.map { warning in
            var problem = SessionProblem()
            (problem.field, problem.message, problem.line) = (warning.path, warning.message, warning.line)
            return problem
        }
        configuration = resolved.resolved.objectValue
        configurationDigest = Digest(hashing: resolved.canonicalBytes)
        trainer = resolved.trainer.kind.rawValue
        totalEpochs = resolved.plannedEpochs ?? 0
        monitor = resolved.checkpoints.monitor.isEmpty ? nil : resolved.checkpoints.monitor
        monitorMode = monitor.map { _ in resolved.checkpoints.mode == .max ? "max" : "min" }
    }
}

extension SessionProblem {
    /// The problems that make a request be refused with `error`.
    ///
    /// - Throws: `error` when it is no refusal of what was asked.
    static func all(of error: any Error) throws -> [SessionProblem] {
        guard let refusal = (error as? any HTTPErrorConvertible)?.apiError, refusal.status.kind == .clientError else {
            throw error
        }
        guard let error = error as? ConfigurationError else {
            var problem = SessionProblem()
            problem.field =
                refusal.details["field"]?.stringValue ?? Self.field(of: refusal.details["kind"]?.stringValue)
            problem.message = refusal.message
            problem.expected = refusal.details["expected"]?.stringValue
            problem.code = refusal.code
            return [problem]
        }
        return error.problems.map { found in
            var problem = SessionProblem()
            (problem.field, problem.message, problem.line) = (found.path, found.description, found.line)
            (problem.expected, problem.code) = (found.allowed, refusal.code)
            return problem
        }
    }

    /// The field that names what does not exist; empty when none is known.
    private static func field(of kind: String?) -> String {
        switch kind {
        case "configuration": "config_path"
        case "checkpoint": "checkpoint_id"
        case "session": "parent"
        default: ""
        }
    }
}
