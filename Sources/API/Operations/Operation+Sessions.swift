/// Create, find, start, stop, change and compare sessions.
extension Operation {
    static let sessions: [Operation] = [
        .createSession, .listSessions, .getSession, .updateSession, .archiveSession, .startSession, .stopSession,
        .reproduceSession, .compareSessions, .getLatestStatus, .getSessionStatus,
        .importSession, .uploadImportFile, .redactSession, .listSessionNames, .listSessionGroups,
        .checkSession,
    ]

    private static let base = "/training/sessions"
    private static let one = base + "/{session_id}"

    package static let createSession = Operation(
        "createSession", .post, base, for: .trainer, taking: .json(NewSession.self), 201,
        answering: .document(SessionInfo.self))
    package static let listSessions = Operation(
        "listSessions", .get, base, for: .viewer,
        query: ["status", "tag", "experiment", "group", "q", "filter", "archived", "sort", "columns"] + .paging
            + .reading,
        answering: .document(SessionList.self))
    package static let getSession = Operation(
        "getSession", .get, one, for: .viewer, query: .reading, answering: .document(SessionInfo.self))
    package static let updateSession = Operation(
        "updateSession", .patch, one, for: .trainer, taking: .json(SessionChanges.self),
        answering: .document(SessionInfo.self))
    package static let archiveSession = Operation(
        "archiveSession", .delete, one, for: .admin, query: ["permanent"], answering: .document(SessionInfo.self))
    package static let startSession = Operation(
        "startSession", .post, one + "/start", for: .trainer, 202, answering: .document(SessionInfo.self))
    package static let stopSession = Operation(
        "stopSession", .post, one + "/stop", for: .trainer, query: ["wait"], 200, 202,
        answering: .document(SessionInfo.self))
    package static let reproduceSession = Operation(
        "reproduceSession", .post, one + "/reproduce", for: .trainer,
        taking: .optionalJSON(ReproductionRequest.self), 201, answering: .document(SessionInfo.self))
    package static let compareSessions = Operation(
        "compareSessions", .get, "/compare", for: .viewer, query: ["sessions", "all"] + .nonfinite + .reading,
        answering: .document(ComparisonInfo.self))
    package static let getLatestStatus = Operation(
        "getLatestStatus", .get, "/status", for: .viewer, query: .reading,
        answering: .document(SessionStatusInfo.self))
    package static let getSessionStatus = Operation(
        "getSessionStatus", .get, "/status/{session_id}", for: .viewer, query: .reading,
        answering: .document(SessionStatusInfo.self))
    package static let importSession = Operation(
        "importSession", .post, base + "/import", for: .trainer, taking: .json(SessionImport.self), 200, 201,
        answering: .document(ImportState.self))
    package static let uploadImportFile = Operation(
        "uploadImportFile", .put, base + "/import/files/{digest}", for: .trainer, query: ["parent"], taking: .file([]),
        200, 201, answering: .document(ImportFile.self), isIdempotent: false)
    package static let redactSession = Operation(
        "redactSession", .post, one + "/redact", for: .admin, taking: .json(RedactionRequest.self),
        answering: .document(RedactionInfo.self))
    package static let listSessionNames = Operation(
        "listSessionNames", .get, base + "/names", for: .viewer,
        query: ["kind", "prefix", "after", "limit", "archived"] + .freshness,
        answering: .document(SessionNameList.self))
    package static let listSessionGroups = Operation(
        "listSessionGroups", .get, base + "/groups", for: .viewer,
        query: ["by", "values", "statistics", "status", "tag", "experiment", "group", "q", "filter", "archived"]
            + .paging + .nonfinite + .reading,
        answering: .document(SessionGroupList.self))
    package static let checkSession = Operation(
        "checkSession", .post, base + "/check", for: .trainer, taking: .json(NewSession.self),
        answering: .document(SessionCheckInfo.self), isIdempotent: false)
}
