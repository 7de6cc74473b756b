/// The part of the epoch under way that is done.
package struct ProgressReport: Document, Equatable {
    package static let name = "ProgressReport"

    package var commandID: String?
    package var attempt: UInt32 = 0
    package var epoch: UInt32 = 0
    package var step: Int64 = 0
    /// 0 to 1.
    package var fraction = 0.0

    package init() {}

    package static let fields: [Field<ProgressReport>] = [
        Field("command_id", \.commandID, .commandID), Field("attempt", \.attempt, .counted),
        Field("epoch", \.epoch, .counted),
        Field("step", \.step, .step), Field("fraction", \.fraction, .range(0...1)),
    ]
}
