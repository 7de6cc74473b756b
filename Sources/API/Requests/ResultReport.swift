import Tracking

/// A figure that was found outside of training.
package struct ResultReport: Document, Equatable {
    package static let name = "ResultReport"

    package var commandID: String?
    package var name = ""
    package var value = 0.0
    package var step: Int64?
    package var source = ""

    package init() {}

    package static let fields: [Field<ResultReport>] = [
        Field("command_id", \.commandID, .commandID), Field("name", \.name, .metricName),
        Field("value", \.value, .metric),
        Field("step", \.step, .step), Field("source", \.source, .name),
    ]
}

extension Bounds where Value == String {
    /// A name that a metric may have.
    static var metricName: Bounds {
        Bounds(limits: .bytes(1...Session.maximumNameByteCount)) { (name) throws(FieldError) in
            try MetricNames.check(name, field: "")
        }
    }
}
