/// That a server answers.
package struct PingInfo: Document, Equatable {
    package static let name = "Ping"

    package var status = "ok"

    package init() {}

    package static let fields: [Field<PingInfo>] = [Field("status", \.status, .words(["ok"]))]
}
