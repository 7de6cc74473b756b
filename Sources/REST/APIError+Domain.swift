import API
import Application
import Blobs
import EventLog
import HTTPTypes
import JSON
import ReadModels
import SwiftProtobuf
import Tracking
import TrainingConfiguration
package import WebServer

extension TrackerError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .unknown(let kind, let id): .unknown(kind.rawValue, id)
        case .checkpointDeleted(let id, let position, _):
            APIError(
                .notFound, code: "not_found", message: description,
                details: ["kind": "checkpoint", "id": .string(id), "removed_by": .count(position.rawValue)])
        case .artifactDeleted(let path, let position):
            APIError(
                .notFound, code: "not_found", message: description,
                details: ["kind": "artifact", "id": .string(path), "removed_by": .count(position.rawValue)])
        case .aliased(_, _, let aliases):
            .conflict("checkpoint_aliased", description, details: ["aliases": .array(aliases.map { .string($0) })])
        case .retentionBusy: .unavailable(description, code: "unavailable", retryAfter: .seconds(5))
        case .checkpointsBusy: .unavailable(description, code: "unavailable", retryAfter: .seconds(1))
        case .promotionByLease: APIError(.forbidden, code: "lease_not_allowed", message: description)
        case .noSessionStarted: APIError(.notFound, code: "no_session", message: description)
        case .invalid(let field, _): .invalidField(field, description)
        case .remoteCommand: APIError(.forbidden, code: "remote_command", message: description)
        case .ownerInvalid: APIError(.forbidden, code: "owner_invalid", message: description)
        case .leaseRequired: APIError(.forbidden, code: "lease_required", message: description)
        case .leaseInvalid: APIError(.forbidden, code: "lease_invalid", message: description)
        case .notReproducible: .conflict("not_reproducible", description)
        case .notClaimable: .conflict("wrong_status", description)
        case .noRoom(let needed, let free, let reserve):
            .noRoom(
                description,
                details: ["needed_bytes": .count(needed), "free_bytes": .count(free), "reserve_bytes": .count(reserve)])
        case .tooManyUploads: .unavailable(description, code: "unavailable", retryAfter: .seconds(5))
        case .claimRepeated(let attempt):
            .conflict("claim_repeated", description, details: ["attempt": .count(attempt)])
        case .importDiffers(_, let here, let archived):
            .conflict(
                "session_differs", description,
                details: ["here": .string(here.description), "archived": .string(archived.description)])
        case .importDeleted: .conflict("session_deleted", description)
        case .importBegun: .conflict("import_begun", description)
        case .readModelsBehind:
            .unavailable(description, code: "read_models_behind")
        }
    }
}

extension AuditError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .logRestored: .unavailable(description, code: "log_restored", retryAfter: .seconds(60))
        case .treeIncomplete(let size, let end):
            .unavailable(
                description, code: "tree_incomplete", details: ["size": .count(size), "end": .count(end)],
                retryAfter: .seconds(5))
        case .key, .file, .signing: nil
        }
    }
}

extension LogKeyDecider.Refusal: HTTPErrorConvertible {
    package var apiError: APIError? {
        .conflict("too_many_keys", description.prefix(1).uppercased() + description.dropFirst() + ".")
    }
}

extension APIError {
    static func storageFailure(_ message: String) -> APIError {
        APIError(.internalServerError, code: "internal_error", message: message)
    }
}

extension FieldError: HTTPErrorConvertible {
    package var apiError: APIError? { .invalidField(field, description, expected: reason) }
}

extension ConfigurationError: HTTPErrorConvertible {
    /// The first problem's path is the field; all problems are in the details.
    package var apiError: APIError? {
        var details: JSONObject = [
            "field": .string(path.isEmpty ? "config" : path), "expected": .string(first.allowed),
        ]
        details["problems"] = .array(
            problems.map { problem in
                var object: JSONObject = ["path": .string(problem.path), "message": .string(problem.description)]
                if let line = problem.line { object["line"] = .count(line) }
                return .object(object)
            })
        return APIError(.unprocessableContent, code: "invalid_field", message: description, details: details)
    }
}

extension ConfigurationRoots.Failure: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .notAllowed(let reason): .invalidField("config_path", "config_path: \(reason).")
        case .unreadable(let reason): .invalidField("config_path", "config_path: \(reason).")
        case .busy:
            .unavailable(
                "The disk that holds the configurations does not answer. Try again, or send the config itself.")
        case .missing(let path, let available):
            APIError(
                .notFound, code: "not_found",
                message: "There is no configuration file '\(path.prefix(255))'"
                    + (available.isEmpty
                        ? ", and the configuration roots contain none."
                        : ". Available: \(available.joined(separator: ", "))."),
                details: [
                    "kind": "configuration", "id": .string(path), "available": .array(available.map { .string($0) }),
                ])
        }
    }
}

extension SessionRefusal: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .unknownSession:
            APIError(.notFound, code: "not_found", message: message, details: ["kind": "session"])
        case .unknownCheckpoint(let id): .unknown("checkpoint", id)
        case .unknownArtifact(let path): .unknown("artifact", path)
        case .invalid(let field, _): .invalidField(field, "\(description).")
        case .wrongToken:
            APIError(.forbidden, code: "lease_invalid", message: message)
        case .leaseHeld(let attempt):
            .conflict("lease_held", message, details: ["attempt": .count(attempt)])
        case .staleAttempt(let attempt, let current):
            .conflict(
                "stale_attempt", message,
                details: current.map { ["attempt": .count(attempt), "current": .count($0)] } ?? [
                    "attempt": .count(attempt)
                ])
        case .epochOutOfOrder(let epoch, let last):
            .conflict("epoch_out_of_order", message, details: ["epoch": .count(epoch), "last": .count(last)])
        case .wrongStatus(_, let status, _):
            .conflict("wrong_status", message, details: ["status": .string(status.rawValue)])
        case .archived: .conflict("archived", message)
        case .imported: .conflict("imported", message)
        case .alreadyCreated: .conflict("wrong_status", message)
        }
    }

    /// The description as a sentence.
    private var message: String { description.prefix(1).uppercased() + description.dropFirst() + "." }
}

extension WebhookDecider.Refusal: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .unknownWebhook:
            APIError(.notFound, code: "not_found", message: "There is no such webhook.", details: ["kind": "webhook"])
        case .alreadyCreated: .conflict("wrong_status", "A webhook with this id exists already.")
        case .tooManyRequests:
            .conflict("wrong_status", description.prefix(1).uppercased() + description.dropFirst() + ".")
        }
    }
}

extension AlertRuleDecider.Refusal: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .unknownRule:
            APIError(.notFound, code: "not_found", message: "There is no such rule.", details: ["kind": "rule"])
        case .alreadyCreated: .conflict("wrong_status", "A rule with this id exists already.")
        }
    }
}

extension ModelDecider.Refusal: HTTPErrorConvertible {
    package var apiError: APIError? {
        let message = description.prefix(1).uppercased() + description.dropFirst() + "."
        switch self {
        case .unknownAlias(let alias):
            return APIError(
                .notFound, code: "not_found", message: message, details: ["kind": "alias", "id": .string(alias)])
        case .otherTarget(let alias, let present):
            var details: JSONObject = ["alias": .string(alias)]
            if let present { details["checkpoint_id"] = .string(present) }
            return .conflict("alias_moved", message, details: details)
        case .tooManyAliases: return .invalidField("alias", message)
        }
    }
}

extension AlertDecider.Refusal: HTTPErrorConvertible {
    package var apiError: APIError? { .conflict("wrong_status", "The alert is resolved already.") }
}

extension CommandError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .refused(let refusal, let stream):
            // The decider does not know whom it was asked about.
            if case SessionRefusal.unknownSession? = refusal as? SessionRefusal {
                return .unknown("session", stream.identity)
            }
            if case WebhookDecider.Refusal.unknownWebhook? = refusal as? WebhookDecider.Refusal {
                return .unknown("webhook", stream.identity)
            }
            if refusal is RetentionRuleDecider.Refusal { return .unknown("rule", stream.identity) }
            if let refusal = refusal as? any HTTPErrorConvertible { return refusal.apiError }
            return .conflict("wrong_status", "\(refusal)")
        case .log(let error): return error.apiError
        case .storage(let error): return error.apiError
        case .codec(let error): return error.apiError
        case .contended: return .unavailable(description, code: "unavailable")
        }
    }
}

extension AppendError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .conflict: .unavailable(description)
        case .commandReused(let first):
            .conflict("command_conflict", description, details: ["position": .count(first.rawValue)])
        case .overloaded(let retryAfter): .unavailable(description, code: "unavailable", retryAfter: retryAfter)
        case .noRoom: .noRoom(description)
        case .outcomeUnknown: .unavailable(description, code: "outcome_unknown")
        case .tooLarge: APIError(.contentTooLarge, code: "body_too_large", message: description)
        case .stopped: .unavailable(description, code: "shutting_down")
        }
    }
}

extension StorageError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch code {
        case .busy: .unavailable(message, code: "unavailable")
        case .closed, .cancelled: .unavailable(message, code: "shutting_down")
        case .locked, .newerFormat, .damaged, .failed: nil
        }
    }
}

extension EventCodecError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .tooLarge:
            APIError(.contentTooLarge, code: "body_too_large", message: message)
        case .unknownType, .malformed, .newerSchema: nil
        }
    }

    /// The description as a sentence.
    private var message: String { description.prefix(1).uppercased() + description.dropFirst() + "." }
}

extension ReadModelError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch code {
        case .building: .unavailable(message, code: "rebuilding")
        case .busy: .unavailable(message, code: "unavailable")
        case .tooManyLongReads: .unavailable(message, code: "too_many_long_reads", retryAfter: .seconds(5))
        case .notReached: .invalidField("as_of", message)
        case .storage: nil
        }
    }
}

extension BlobError: HTTPErrorConvertible {
    package var apiError: APIError? {
        switch self {
        case .noRoom: .noRoom(description)
        case .sourceFailed(let error):
            if let error = error as? any HTTPErrorConvertible {
                error.apiError
            } else if error is CancellationError {
                .shuttingDown
            } else {
                .malformed("The upload was interrupted. Send it again.")
            }
        case .tooManyUploads, .outOfMemory, .outOfDescriptors: .unavailable(description, code: "unavailable")
        case .needsRestart: .unavailable(description, code: "outcome_unknown")
        case .notFound, .damaged, .unsupportedVersion: .storageFailure(description)
        case .fileSystem: nil
        }
    }
}

extension SwiftProtobuf.BinaryDecodingError: HTTPErrorConvertible {
    package var apiError: APIError? { .malformed("The body is not the protobuf message of this report: \(self).") }
}
