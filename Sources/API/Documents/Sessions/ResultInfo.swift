package import Tracking

/// A figure that was found outside of training.
package struct ResultInfo: Document, Equatable {
    package static let name = "Result"

    package var name = ""
    package var value = 0.0
    package var step: Int?
    package var source = ""
    /// True when the session had ended before it came.
    package var isLate = false
    package var recordedAt = Timestamp(rawValue: 0)

    package init() {}

    package static let fields: [Field<ResultInfo>] = [
        Field("name", \.name), Field("value", \.value, .metric), Field("step", \.step), Field("source", \.source),
        Field("late", \.isLate), Field("recorded_at", \.recordedAt),
    ]
}
