package import JSON

/// The answer to every request that is refused or fails.
package struct ErrorInfo: Document, Equatable {
    package static let name = "Error"

    package var error = Reason()

    package init() {}

    package static let fields: [Field<ErrorInfo>] = [Field("error", \.error)]

    package struct Reason: Document, Equatable {
        package static let name = "ErrorReason"

        /// A word that programs can compare.
        package var code = ""
        /// The message: what happened, to what, and what to do.
        package var message = ""
        package var details = JSONObject()

        package init() {}

        package static let fields: [Field<Reason>] = [
            Field("code", \.code), Field("message", \.message), Field("details", \.details),
        ]
    }
}
