package import Tracking

/// Something that is sent by HTTP.
package struct WebhookRequest: Sendable {
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
}

/// Something that is sent by mail: its parts say the same.
package struct WebhookMail: Sendable {
    /// The values of a metric over the epochs, or the steps, of a session.
    package struct Curve: Sendable, Equatable {
        package var name: String
        /// The points in their order; some may not be finite.
        package var points: [(place: Int64, value: Double)]

        package init(name: String, points: [(place: Int64, value: Double)]) {
            self.name = name
            self.points = points
        }

        package static func == (one: Self, other: Self) -> Bool {
            one.name == other.name && one.points.elementsEqual(other.points, by: ==)
        }
    }

    package var recipient: String
    package var subject: String
    /// The part of `Message-ID` before the `@`: the same for the same delivery.
    package var messageID: String
    package var date: Timestamp
    package var text: String
    /// A document, whose body ends where its text does: what is drawn is put before that.
    package var html: String
    /// What is drawn as one picture; of an ending, the session's losses.
    package var curves: [Curve]

    package init(
        recipient: String, subject: String, messageID: String, date: Timestamp, text: String, html: String,
        curves: [Curve] = []
    ) {
        self.recipient = recipient
        self.subject = subject
        self.messageID = messageID
        self.date = date
        self.text = text
        self.html = html
        self.curves = curves
    }
}

/// What became of it.
package struct SendResult: Sendable, Equatable {
    /// The answer's status, or SMTP's reply code; nil when there was none.
    package var statusCode: UInt32?
    package var duration: Duration
    /// Why it was not delivered; nil when it was.
    package var error: String?
    /// The time that the receiver asks to wait.
    package var retryAfter: Duration?
    /// True when it is not worth another try.
    package var isFinal = false

    package init(
        statusCode: UInt32? = nil, duration: Duration, error: String? = nil, retryAfter: Duration? = nil,
        isFinal: Bool = false
    ) {
        self.statusCode = statusCode
        self.duration = duration
        self.error = error
        self.retryAfter = retryAfter
        self.isFinal = isFinal
    }
}

/// Sends deliveries by HTTP and by mail. Neither function throws: a failure is part of the result.
package protocol WebhookSender: Sendable {
    /// True when mail can be sent: a mail server is configured.
    var canMail: Bool { get }
    /// Sends the request to the one address that its host's name is resolved to, if that is allowed.
    func post(_ request: WebhookRequest) async -> SendResult
    func mail(_ mail: WebhookMail) async -> SendResult
    /// Why the address may not be sent to, and what to do; nil when it may, and when its host cannot be resolved now.
    func fault(ofAddress url: String) async -> String?
}

/// Sends nothing: that of a tracker without a server around it.
struct NoSender: WebhookSender {
    private static let result = SendResult(
        duration: .zero, error: "Nothing sends here: the tracker is not part of a running server.")

    let canMail = false
    func post(_ request: WebhookRequest) async -> SendResult { Self.result }
    func mail(_ mail: WebhookMail) async -> SendResult { Self.result }
    func fault(ofAddress url: String) async -> String? { nil }
}
