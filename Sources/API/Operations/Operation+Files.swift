/// Checkpoints and artifacts.
extension Operation {
    static let files: [Operation] = [
        .uploadCheckpoint, .listCheckpoints, .getCheckpoint, .deleteCheckpoint, .downloadCheckpoint, .listArtifacts,
        .downloadArtifact, .uploadArtifact, .deleteArtifact,
    ]

    private static let checkpoint = "/checkpoints/{checkpoint_id}"
    private static let artifacts = "/training/sessions/{session_id}/artifacts"
    private static let artifact = artifacts + "/{path...}"

    package static let uploadCheckpoint = Operation(
        "uploadCheckpoint", .post, "/checkpoints", for: .trainer, query: CheckpointUpload.fields.map(\.name),
        taking: .file(["multipart/form-data", "application/octet-stream"]), 201,
        answering: .document(CheckpointInfo.self))
    package static let listCheckpoints = Operation(
        "listCheckpoints", .get, "/checkpoints", for: .viewer,
        query: ["session_id", "lineage", "metric_name", "sort"] + .paging + .attempts + .nonfinite + .reading,
        answering: .document(CheckpointList.self))
    package static let getCheckpoint = Operation(
        "getCheckpoint", .get, checkpoint, for: .viewer, query: .nonfinite + .reading,
        answering: .document(CheckpointInfo.self))
    package static let deleteCheckpoint = Operation(
        "deleteCheckpoint", .delete, checkpoint, for: .trainer, query: ["reason"],
        answering: .document(CheckpointInfo.self))
    package static let downloadCheckpoint = Operation(
        "downloadCheckpoint", .get, checkpoint + "/download", for: .viewer, query: .freshness, 200, 206, 304,
        answering: .bytes)
    package static let listArtifacts = Operation(
        "listArtifacts", .get, artifacts, for: .viewer,
        query: ["prefix", "kind", "key", "start_step", "end_step"] + .attempts + .reading,
        answering: .document(ArtifactList.self))
    package static let downloadArtifact = Operation(
        "downloadArtifact", .get, artifact, for: .viewer, query: ["digest"] + .freshness, 200, 206, 304,
        answering: .bytes)
    package static let uploadArtifact = Operation(
        "uploadArtifact", .put, artifact, for: .trainer, query: ["kind", "key", "step"], taking: .file([]), 200, 201,
        answering: .document(ArtifactInfo.self))
    package static let deleteArtifact = Operation(
        "deleteArtifact", .delete, artifact, for: .trainer, answering: .document(ArtifactInfo.self))
}
