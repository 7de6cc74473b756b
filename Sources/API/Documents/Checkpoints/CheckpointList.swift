/// A list of checkpoints.
package struct CheckpointList: Document, Equatable {
    package static let name = "CheckpointList"

    package var checkpoints: [CheckpointInfo] = []
    package var total = 0

    package init() {}

    package static let fields: [Field<CheckpointList>] = [
        Field("checkpoints", \.checkpoints), Field("total", \.total),
    ]
}
