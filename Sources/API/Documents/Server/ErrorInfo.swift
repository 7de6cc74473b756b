package import JSON

/// What every refusal and failure is answered with.
package struct ErrorInfo: Document, Equatable {
    package static let name = "Error"

    package var error = Reason()

    package init() {}

    package static let fields: [Field<ErrorInfo>] = [Field("error", \.error)]

    package struct Reason: Document, Equatable {
        package static let name = "ErrorReason"

        /// A word that programs can compare.
        package var code = ""
        /// What happened, to what, and what to do.
        package var message = ""
        package var details = JSONObject()

        package init() {}

        package static let fields: [Field<Reason>] = [
            Field("code", \.code), Field("message", \.message), Field("details", \.details),
        ]
    }
}
